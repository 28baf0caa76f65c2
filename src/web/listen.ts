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

/** Serves the pages; `port` 0 takes any free one. Rejects when the address can't be had. */
export async function listen(app: Hono, { host, port }: { host: string; port: number }): Promise<Listening> {
  const server = createAdaptorServer({ fetch: app.fetch })
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
