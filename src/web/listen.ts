import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer, type ServerType } from '@hono/node-server'
import type { Hono } from 'hono'

export interface Listening {
  url: string
  /** Takes no more requests and waits for those under way, a few seconds at most. */
  close(): Promise<void>
}

const patience = 5_000

/** How long a client may take, in ms. */
export interface ListenTimes {
  /** For the head of a request, and from one request of a connection to the next; 20 s by default. */
  headersMs?: number
  /** For a request with its body; 60 s by default, in which six megabytes come over the slowest of lines. */
  requestMs?: number
}

/** Serves the pages; `port` 0 takes any free one. Rejects when the address can't be had. */
export async function listen(
  app: Hono,
  { host, port, headersMs = 20_000, requestMs = 60_000 }: { host: string; port: number } & ListenTimes,
): Promise<Listening> {
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.min(headersMs, 5_000),
    },
  })
  server.listen(port, host)
  await once(server, 'listening')
  const { address, family, port: taken } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    close: () => close(server),
  }
}

async function close(server: ServerType): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  const timer = setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), patience)
  await closed
  clearTimeout(timer)
}
