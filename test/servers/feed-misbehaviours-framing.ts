import { ending, pouring, rssType, sampleFeed, writing } from './feed-sample.ts'
import type { Responder } from './feed-server.ts'

const length = Buffer.byteLength(sampleFeed)
const type = 'content-type: application/rss+xml\r\n'
const ok = `HTTP/1.1 200 OK\r\n${type}`
const whole = `content-length: ${length}\r\n\r\n${sampleFeed}`
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
const chunked = `${ok}transfer-encoding: chunked\r\n\r\n${chunk(sampleFeed)}`

/** Answers that break the rules of HTTP, or stretch them. */
export const framing = {
  /** Promises more than it sends. */
  wrongLength: (): Responder => (_request, response) => {
    response.writeHead(200, { ...rssType, 'content-length': '5000' })
    response.write('<rss>', () => response.socket?.end())
  },
  /** Sends more than it promised; the second item is not whole within the promise. */
  shortLength: () => writing(`${ok}content-length: ${length - 40}\r\n\r\n${sampleFeed}`),
  negativeLength: () => writing(`${ok}content-length: -5\r\n\r\n${sampleFeed}`),
  garbageLength: () => writing(`${ok}content-length: long\r\n\r\n${sampleFeed}`),
  /** Two lengths that differ. */
  twoLengths: () => writing(`${ok}content-length: 5\r\n${whole}`),
  /** A length and chunks at once, as in an attempt to smuggle a second answer past a proxy. */
  lengthAndChunks: () => writing(chunked.replace('\r\n', '\r\ncontent-length: 5\r\n'), '0\r\n\r\n'),
  /** A chunk whose size is no number. */
  brokenChunks: () => writing(chunked, 'zz\r\n<rss>\r\n0\r\n\r\n'),
  /** A chunk of more bytes than fit any number. */
  overlongChunk: () => writing(chunked, `${'f'.repeat(17)}\r\n<rss>`),
  /** Trailers after the last chunk, without end. */
  endlessTrailers: () => pouring(`${chunked}0\r\n`, 'x-trailer: again and again\r\n'),
  /** Ends its side of the connection in the middle of a chunked body. */
  halfClosed: (): Responder => (request) => {
    request.socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n<rss>\r\n')
  },
  /** Breaks off in the middle of its chunks, after it said that it would close the connection. */
  cutChunks: () => ending(`${ok}connection: close\r\ntransfer-encoding: chunked\r\n\r\n`, chunk('<rss>')),
  /** The same, with a length. */
  cutLength: () => ending(`${ok}connection: close\r\ncontent-length: 5000\r\n\r\n<rss>`),
  reset: (): Responder => (request) => {
    request.socket.resetAndDestroy()
  },
  /** Resets the connection after a part of the body. */
  resetInBody: (): Responder => (request) => {
    request.socket.write(`${ok}content-length: 5000\r\n\r\n<rss>`, () => request.socket.resetAndDestroy())
  },
  /** Closes the connection without a byte. */
  closesSilently: () => ending(),
  /** A feed without status line or headers, as in 1991. */
  http09: () => ending(sampleFeed),
  /** Neither a length nor chunks: the end of the connection is the end of the feed. */
  http10: () => ending(`HTTP/1.0 200 OK\r\n${type}\r\n${sampleFeed}`),
  /** Not HTTP at all. */
  garbage: (): Responder => (request) => {
    request.socket.end('220 mail.example.org ESMTP\r\n')
  },
  garbageStatusLine: () => writing(`HTTP/1.1 OK 200\r\n${type}${whole}`),
  fourDigitStatus: () => writing(`HTTP/1.1 2000 OK\r\n${type}${whole}`),
  /** Headers that come a byte at a time and never end. */
  slowHeaders:
    (): Responder =>
    ({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\nx-slow: ')
      const timer = setInterval(() => socket.write('o'), 20)
      socket.once('close', () => clearInterval(timer))
    },
  /** 200 headers, of a size that is still bearable. */
  manyHeaders: () => writing(ok, Array.from({ length: 200 }, (_, n) => `x-${n}: value\r\n`).join(''), whole),
  /** One header of a megabyte. */
  hugeHeader: () => writing(`${ok}x-large: ${'o'.repeat(1024 * 1024)}\r\n`, whole),
  endlessHeaders: () => pouring(ok, 'x-header: again and again\r\n'),
  headerWithoutColon: () => writing(`${ok}this is no header\r\n${whole}`),
  headerOnTwoLines: () => writing(`${ok}x-folded: one\r\n two\r\n${whole}`),
  /** Line feeds where HTTP wants carriage returns too. */
  bareLineFeeds: () => ending(`${ok}\r\n`.replaceAll('\r', ''), sampleFeed),
  /** A NUL in the ETag. */
  controlCharacters: () => writing(`${ok}etag: "a\0b"\r\n${whole}`),
  /** Says "go on" to a request that has nothing more to say, for ever. */
  continueStorm: () => pouring('', 'HTTP/1.1 100 Continue\r\n\r\n'),
  /** One early hint and then the feed, as it is meant to be. */
  earlyHints: () => writing(`HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n${ok}${whole}`),
  hintStorm: () => pouring('', 'HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n'),
  /** A change of protocol that nobody asked for. */
  unaskedUpgrade: () =>
    writing('HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n'),
  /** Bytes where a 304 has none. */
  notModifiedWithBody: (): Responder => (request) => {
    request.socket.end('HTTP/1.1 304 Not Modified\r\netag: "new"\r\ncontent-length: 5\r\n\r\n<rss>')
  },
  /** A second answer that belongs to no request. */
  secondAnswer: () =>
    writing(`${ok}connection: keep-alive\r\n${whole}`, `HTTP/1.1 500 No\r\ncontent-length: 4\r\n\r\nboom`),
}
