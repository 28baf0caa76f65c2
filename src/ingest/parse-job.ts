import { decode } from './decode.ts'
import type { ParseOutcome } from './outcome.ts'
import { parse } from './parse.ts'

/** A body to parse, as it came over the network. */
export interface ParseJob {
  body: Uint8Array
  /** The Content-Type header, for its charset. */
  contentType: string | null
  /** Where the body came from; relative links are resolved against it. */
  url: string
}

/** Decodes and parses one body. */
export function runParseJob({ body, contentType, url }: ParseJob): Promise<ParseOutcome> {
  return parse(decode(body, contentType), url)
}
