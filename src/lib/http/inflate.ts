import { type Duplex, pipeline, Readable } from 'node:stream'
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  type ZlibOptions,
} from 'node:zlib'

/** What `inflate` can read, as an Accept-Encoding header. */
export const acceptEncoding = 'gzip, deflate, br'

/** More layers than this are nothing a server does in good faith. */
const maxLayers = 2

type Chunks = AsyncIterable<Buffer>

/** The codings of a Content-Encoding header, in the order they were applied; null if one of them is unknown. */
export function codingsOf(header: string | undefined): string[] | null {
  const codings = (header ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim().replace(/^x-/, ''))
    .filter((coding) => coding && coding !== 'identity' && coding !== 'none')
  const known = codings.every((coding) => ['gzip', 'deflate', 'br'].includes(coding))
  return known && codings.length <= maxLayers ? codings : null
}

/** Undoes `codings`, chunk by chunk. Cut-off data gives what there is; wrong data throws. */
export async function inflate(source: Chunks, codings: string[]): Promise<Chunks> {
  let chunks = source
  for (const coding of codings.toReversed()) chunks = await undo(chunks, coding)
  return chunks
}

/** True for an error that says the data is not what its Content-Encoding claims. */
export function isInflateError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^(Z_|ERR__ERROR|ERR_BROTLI|ERR_ZLIB)/.test(code)
}

async function undo(source: Chunks, coding: string): Promise<Chunks> {
  const iterator = source[Symbol.asyncIterator]()
  let head = await iterator.next()
  while (!head.done && head.value.length === 0) head = await iterator.next()
  if (head.done) return Readable.from([])
  const first = head.value
  const whole = async function* () {
    yield first
    yield* { [Symbol.asyncIterator]: () => iterator }
  }
  // The reader of the decoder sees its errors; the callback only keeps them from being thrown twice.
  return pipeline(Readable.from(whole(), { objectMode: false }), decoder(coding, first), () => undefined)
}

function decoder(coding: string, first: Buffer): Duplex {
  const options: ZlibOptions = { finishFlush: constants.Z_SYNC_FLUSH }
  if (coding === 'gzip') return createGunzip(options)
  if (coding === 'br') return createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH })
  // "deflate" means zlib, but some servers send it raw. A zlib stream begins with method 8 in its low bits.
  return (first[0]! & 0x0f) === 8 ? createInflate(options) : createInflateRaw(options)
}
