import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'

const types: Record<string, string> = {
  '.xml': 'application/rss+xml',
  '.atom': 'application/atom+xml',
  '.rdf': 'application/rdf+xml',
  '.json': 'application/feed+json',
}

/** How long the slow feed keeps its readers waiting, ms. */
const slowness = 1_500

/**
 * Serves the sample feeds over HTTP on the loopback, as their publishers would: `slow/…` answers late, `gone/…` says 410,
 * the rest is read from `dir` with a validator.
 */
export async function serveSampleFeeds(dir: string): Promise<{ origin: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname)
    if (path.startsWith('/gone/')) {
      response.writeHead(410, { 'content-type': 'text/plain' }).end('Gone\n')
      return
    }
    const body = await readFile(join(dir, path)).catch(() => null)
    if (body === null) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n')
      return
    }
    const etag = `"${body.length}"`
    const answer = () => {
      if (request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end()
      else response.writeHead(200, { 'content-type': types[extname(path)] ?? 'text/plain', etag }).end(body)
    }
    if (path.startsWith('/slow/')) setTimeout(answer, slowness)
    else answer()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
