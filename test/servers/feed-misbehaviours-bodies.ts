import { brotliCompressSync, deflateRawSync, gzipSync } from 'node:zlib'
import { rssType, sampleFeed, sending } from './feed-sample.ts'
import type { Responder } from './feed-server.ts'

const mebibyte = 1024 * 1024
const padding = Buffer.from('<item><title>Again</title></item>\n'.repeat(2_000))

/** Sends `chunk` again and again, `times` times, as fast as it is read; ends when the connection does. */
export function stream(
  headers: Record<string, string>,
  chunk: Buffer = padding,
  times = Number.POSITIVE_INFINITY,
  status = 200,
): Responder {
  return (_request, response) => {
    response.writeHead(status, headers)
    let left = times
    const send = () => {
      while (!response.destroyed && left-- > 0)
        if (!response.write(chunk)) return void response.once('drain', send)
      if (left < 0) response.end()
    }
    send()
  }
}

/** The sample feed, made as long as `bytes` by blanks. */
const padded = (bytes: number): Responder =>
  sending(rssType, sampleFeed + ' '.repeat(bytes - Buffer.byteLength(sampleFeed)))
const coded = (coding: string, body: Buffer | string) =>
  sending({ ...rssType, 'content-encoding': coding }, body)

/** Bodies too long, too slow, or packed in odd ways. */
export const bodies = {
  /** A body without end. */
  endless: () => stream(rssType),
  /** 200 MB. */
  huge: () => stream(rssType, Buffer.alloc(mebibyte, padding), 200),
  /** As long as a feed may be. */
  exactlyTheLimit: () => padded(20 * mebibyte),
  /** One byte longer than a feed may be. */
  oneByteOver: () => padded(20 * mebibyte + 1),
  /** One byte now and then: never idle, and never done. */
  drip: (): Responder => (_request, response) => {
    response.writeHead(200, rssType)
    const timer = setInterval(() => response.write('<'), 20)
    response.once('close', () => clearInterval(timer))
  },
  /** Takes the request and says nothing. */
  silent: (): Responder => () => undefined,
  /** Begins its body and falls silent. */
  stalled: (): Responder => (_request, response) => {
    response.writeHead(200, rssType)
    response.write('<rss>')
  },
  /** A megabyte that inflates to a gigabyte. */
  gzipBomb: () => stream({ ...rssType, 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(mebibyte)), 1024),
  /** The same, packed twice. */
  nestedBomb: () => coded('gzip, gzip', gzipSync(gzipSync(Buffer.alloc(64 * mebibyte)))),
  /** The same, without a word of it in the headers. */
  unlabelledBomb: () => sending(rssType, gzipSync(Buffer.alloc(64 * mebibyte))),
  /** Compressed data without end that inflates to nothing. */
  emptyGzip: () => stream({ ...rssType, 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(0))),
  /** Packed twice, and says so. */
  nestedGzip: () => coded('gzip, gzip', gzipSync(gzipSync(sampleFeed))),
  /** Packed twice, and says it once. */
  twiceGzip: () => coded('gzip', gzipSync(gzipSync(sampleFeed))),
  /** Packed, and does not say so. */
  unlabelledGzip: () => sending({ 'content-type': 'application/gzip' }, gzipSync(sampleFeed)),
  plainAsGzip: () => coded('gzip', sampleFeed),
  plainAsDeflate: () => coded('deflate', sampleFeed),
  plainAsBrotli: () => coded('br', sampleFeed),
  /** Deflate without the wrapping of zlib that the word stands for. */
  rawDeflate: () => coded('deflate', deflateRawSync(sampleFeed)),
  gzipAsBrotli: () => coded('br', gzipSync(sampleFeed)),
  brokenBrotli: () => {
    const packed = brotliCompressSync(sampleFeed.repeat(20))
    return coded('br', Buffer.concat([packed.subarray(0, 60), Buffer.alloc(200, 0xff)]))
  },
  unknownCoding: () => coded('zstd', Buffer.from('28b52ffd', 'hex')),
  /** Bytes after the end of the compressed data. */
  gzipWithTail: () =>
    coded('gzip', Buffer.concat([gzipSync(sampleFeed), Buffer.from('\r\n<!-- served by cache 7 -->')])),
  /** Breaks off in the middle of the compressed data, in good order as far as HTTP knows. */
  cutGzip: () => coded('gzip', gzipSync(sampleFeed, { level: 0 }).subarray(0, -90)),
}
