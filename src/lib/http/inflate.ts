import { promisify } from 'node:util'
import {
  brotliDecompress,
  constants,
  gunzip,
  inflateRaw,
  inflate as unzlib,
  type ZlibOptions,
} from 'node:zlib'

/** What `inflate` can read, as an Accept-Encoding header. */
export const acceptEncoding = 'gzip, deflate, br'

/** More layers than this are nothing a server does in good faith. */
const maxLayers = 2
/** The empty gzip file has 20 bytes; no coding needs more to say nothing. */
const longestNothing = 32

const undoGzip = promisify<Buffer, ZlibOptions, Buffer>(gunzip)
const undoZlib = promisify<Buffer, ZlibOptions, Buffer>(unzlib)
const undoRaw = promisify<Buffer, ZlibOptions, Buffer>(inflateRaw)
const undoBrotli = promisify<Buffer, ZlibOptions, Buffer>(brotliDecompress)

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

/**
 * Undoes `codings`, and gzip that no header speaks of. Cut-off data gives what there is; wrong data throws, as does
 * what inflates to more than `maxBytes` (see `isInflateError` and `isTooLarge`).
 */
export async function inflate(packed: Buffer, codings: string[], maxBytes: number): Promise<Buffer> {
  let data = packed
  for (const coding of codings.toReversed()) data = await undo(data, coding, maxBytes)
  // A feed.xml.gz served as it lies there, or packed twice and labelled once.
  return isGzip(data) ? undo(data, 'gzip', maxBytes) : data
}

/** True for an error that says the data is not what its Content-Encoding claims. */
export function isInflateError(error: unknown): boolean {
  return /^(Z_|ERR__ERROR|ERR_BROTLI|ERR_ZLIB)/.test(codeOf(error))
}

/** True for an error that says the data inflates to more than was allowed. */
export function isTooLarge(error: unknown): boolean {
  return codeOf(error) === 'ERR_BUFFER_TOO_LARGE'
}

async function undo(data: Buffer, coding: string, maxBytes: number): Promise<Buffer> {
  if (data.length === 0 || isPlain(data)) return data
  const whole = await decoded(data, coding, maxBytes)
  if (whole.length === 0 && data.length > longestNothing && coding !== 'gzip') {
    throw Object.assign(new Error('nothing could be read'), { code: 'Z_DATA_ERROR' })
  }
  return whole
}

function decoded(data: Buffer, coding: string, maxOutputLength: number): Promise<Buffer> {
  const options = { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH }
  if (coding === 'br') {
    return undoBrotli(data, { maxOutputLength, finishFlush: constants.BROTLI_OPERATION_FLUSH })
  }
  // "deflate" means zlib, but some servers send it raw. A zlib stream begins with method 8 in its low bits.
  if (coding === 'deflate') return (data[0]! & 0x0f) === 8 ? undoZlib(data, options) : undoRaw(data, options)
  return undoGzip(data, options).catch((error) => {
    // Bytes after the end are taken for one more gzip file, which must begin with a header.
    if (!isGzip(data) || !/header|compression method/.test(error.message)) throw error
    return undoRaw(data.subarray(headerLength(data)), options)
  })
}

function isGzip(data: Buffer): boolean {
  return data[0] === 0x1f && data[1] === 0x8b && data[2] === 8
}

/** Bytes before the compressed data of a gzip file (RFC 1952 §2.3). */
function headerLength(data: Buffer): number {
  const flags = data[3] ?? 0
  let length = 10
  if (flags & 4) length += 2 + (data[length] ?? 0) + (data[length + 1] ?? 0) * 256
  // A name and a comment, each with a zero at its end.
  for (const flag of [8, 16]) if (flags & flag) length = data.indexOf(0, length) + 1 || data.length
  return flags & 2 ? length + 2 : length
}

/** Text that a header calls compressed, which no compressed data begins like. */
function isPlain(data: Buffer): boolean {
  return /^(?:\xef\xbb\xbf)?\s*(?:<\?xml\s|<rss[\s>]|<feed[\s>]|<rdf:|<!--|<!doctype\s|<html[\s>]|\{\s*"\w\w)/i.test(
    data.toString('latin1', 0, 64),
  )
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}
