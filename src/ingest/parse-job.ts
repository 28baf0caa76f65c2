import { detectLanguage } from '../lib/text/index.ts'
import { decode } from './decode.ts'
import type { PoolOutcome } from './outcome.ts'
import { parse } from './parse.ts'

/** A body to parse, as it came over the network. */
export interface ParseJob {
  body: Uint8Array
  /** The Content-Type header, for its charset. */
  contentType: string | null
  /** Where the body came from; relative links are resolved against it. */
  url: string
  /** The language its list declares (BCP 47); without, what the document declares counts. */
  language?: string | null
}

/** How much of an item's text tells its language. Characters. */
const sample = 3_000

/** Decodes and parses one body, and finds the language of each item. */
export async function runParseJob({ body, contentType, url, language }: ParseJob): Promise<PoolOutcome> {
  const parsed = await parse(decode(body, contentType), url)
  if (parsed.kind === 'failed') return parsed
  const declared = language ?? parsed.language
  const items = parsed.items.map((item) => ({
    ...item,
    language: detectLanguage(`${item.title}\n${item.summary || item.content}`.slice(0, sample), declared),
  }))
  return { ...parsed, items }
}
