import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { gzipSync } from 'node:zlib'

export interface LoggedRequest {
  method: string
  path: string
  headers: IncomingHttpHeaders
}

export interface Answer {
  status?: number
  headers?: Record<string, string>
  body?: string | Buffer
}

export type Responder = (request: IncomingMessage, response: ServerResponse) => unknown

export interface FeedServer {
  /** `http://host:port`, without a slash at the end. */
  origin: string
  requests: LoggedRequest[]
  /** Most requests that were being answered at the same time. */
  mostAtOnce(): number
  /** Decides what `path` answers; paths that aren't set answer 404. */
  set(path: string, answer: string | Buffer | Answer | Responder): void
  /** Settles when a connection on which `path` was asked for has been closed, by whichever side. */
  closed(path: string): Promise<void>
  close(): Promise<void>
}

/** Starts a real HTTP server for tests, on a free port of `host`. */
export async function startFeedServer(host = '127.0.0.1'): Promise<FeedServer> {
  const answers = new Map<string, Responder>()
  const requests: LoggedRequest[] = []
  const sockets = new Set<Socket>()
  const closings = new Map<string, PromiseWithResolvers<void>>()
  const closingOf = (path: string) => {
    const closing = closings.get(path) ?? Promise.withResolvers<void>()
    closings.set(path, closing)
    return closing
  }
  let [atOnce, most] = [0, 0]

  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    requests.push({ method: request.method ?? '', path, headers: request.headers })
    request.socket.once('close', () => closingOf(path).resolve())
    most = Math.max(most, ++atOnce)
    response.once('close', () => atOnce--)
    const respond = answers.get(path) ?? answering({ status: 404, body: 'Not found' })
    respond(request, response)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, host)
  await once(server, 'listening')

  return {
    origin: `http://${host}:${(server.address() as AddressInfo).port}`,
    requests,
    mostAtOnce: () => most,
    set(path, answer) {
      if (typeof answer === 'function') answers.set(path, answer)
      else
        answers.set(
          path,
          answering(typeof answer === 'string' || Buffer.isBuffer(answer) ? { body: answer } : answer),
        )
    },
    closed: (path) => closingOf(path).promise,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function answering({ status = 200, headers = {}, body = '' }: Answer): Responder {
  return (_request, response) => {
    response.writeHead(status, headers)
    response.end(body)
  }
}

/** Sends `chunk` again and again, `times` times, as fast as it is read; ends when the connection does. */
function stream(
  headers: Record<string, string>,
  chunk: Buffer,
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

const mebibyte = 1024 * 1024
const xml = { 'content-type': 'application/rss+xml' }
const padding = Buffer.from('<item><title>Again</title></item>\n'.repeat(2_000))

/** Servers as one meets them, by name. */
export const misbehaviours = {
  /** A body without end. */
  endless: () => stream(xml, padding),
  /** A redirect with a body without end. */
  endlessRedirect: (location: string) => stream({ ...xml, location }, padding, Number.POSITIVE_INFINITY, 302),
  /** One byte now and then. */
  drip: (): Responder => (_request, response) => {
    response.writeHead(200, xml)
    const timer = setInterval(() => response.write('<'), 20)
    response.once('close', () => clearInterval(timer))
  },
  /** Takes the request and says nothing. */
  silent: (): Responder => () => undefined,
  /** Begins its body and falls silent. */
  stalled: (): Responder => (_request, response) => {
    response.writeHead(200, xml)
    response.write('<rss>')
  },
  /** A megabyte that inflates to a gigabyte. */
  gzipBomb: () => stream({ ...xml, 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(mebibyte)), 1024),
  /** Compressed data without end that inflates to nothing. */
  emptyGzip: () => stream({ ...xml, 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(0))),
  redirectLoop: (): Responder => (request, response) => {
    response.writeHead(302, { location: request.url ?? '/' }).end()
  },
  redirectTo:
    (location: string, status = 302): Responder =>
    (_request, response) => {
      response.writeHead(status, { location }).end('Moved')
    },
  /** Promises more than it sends. */
  wrongLength: (): Responder => (_request, response) => {
    response.writeHead(200, { ...xml, 'content-length': '5000' })
    response.write('<rss>', () => response.socket?.end())
  },
  /** Ends its side of the connection in the middle of a chunked body. */
  halfClosed: (): Responder => (request) => {
    request.socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n<rss>\r\n')
  },
  /** Bytes where a 304 has none. */
  notModifiedWithBody: (): Responder => (request) => {
    request.socket.end('HTTP/1.1 304 Not Modified\r\netag: "new"\r\ncontent-length: 5\r\n\r\n<rss>')
  },
  /** 200 MB. */
  huge: () => stream(xml, Buffer.alloc(mebibyte, padding), 200),
  reset: (): Responder => (request) => {
    request.socket.resetAndDestroy()
  },
  /** Not HTTP at all. */
  garbage: (): Responder => (request) => {
    request.socket.end('220 mail.example.org ESMTP\r\n')
  },
}
