import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export { misbehaviours } from './feed-misbehaviours.ts'

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
  /** Connections that are open now. */
  connections(): number
  /** Most requests that were being answered at the same time. */
  mostAtOnce(): number
  /** Decides what `path` answers; a query counts only where it is set. Else 404. */
  set(path: string, answer: string | Buffer | Answer | Responder): void
  /** Settles when a connection on which `path` was asked for has been closed, by whichever side. */
  closed(path: string): Promise<void>
  /** Bytes written to the connections on which `path` was asked for, headers included. */
  sent(path: string): number
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
  const asked = new Map<string, Set<Socket>>()
  let [atOnce, most] = [0, 0]

  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    requests.push({ method: request.method ?? '', path, headers: request.headers })
    request.socket.once('close', () => closingOf(path).resolve())
    most = Math.max(most, ++atOnce)
    response.once('close', () => atOnce--)
    asked.set(path, (asked.get(path) ?? new Set()).add(request.socket))
    const respond =
      answers.get(path) ?? answers.get(path.split('?')[0]!) ?? answering({ status: 404, body: 'Not found' })
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
    connections: () => sockets.size,
    mostAtOnce: () => most,
    set(path, answer) {
      if (typeof answer === 'function') answers.set(path, answer)
      else
        answers.set(
          path,
          answering(typeof answer === 'string' || Buffer.isBuffer(answer) ? { body: answer } : answer),
        )
    },
    sent: (path) => [...(asked.get(path) ?? [])].reduce((bytes, socket) => bytes + socket.bytesWritten, 0),
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
