import type { Responder } from './feed-server.ts'

/** A feed of two items that is in order. */
export const sampleFeed =
  '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>Sample</title>' +
  '<link>https://example.org/</link>' +
  '<item><title>First</title><link>https://example.org/1</link><guid>1</guid></item>\n' +
  '<item><title>Größe &amp; Maß</title><link>https://example.org/2</link><guid>2</guid></item>' +
  '</channel></rss>'

export const rssType = { 'content-type': 'application/rss+xml' }

/** Answers with the sample feed, unless told otherwise. */
export function sending(
  headers: Record<string, string>,
  body: string | Buffer = sampleFeed,
  status = 200,
): Responder {
  return (_request, response) => {
    response.writeHead(status, headers).end(body)
  }
}

/** Writes to the socket what no HTTP library would, and leaves it open. */
export function writing(...parts: (string | Buffer)[]): Responder {
  return (request) => {
    for (const part of parts) request.socket.write(part)
  }
}

/** Writes to the socket what no HTTP library would, and ends it. */
export function ending(...parts: (string | Buffer)[]): Responder {
  return (request) => {
    request.socket.end(Buffer.concat(parts.map((part) => Buffer.from(part))))
  }
}

/** Writes `head` and then `again` for ever, as fast as it is read. */
export function pouring(head: string, again: string): Responder {
  const piece = Buffer.from(again.repeat(Math.ceil(4_096 / again.length)))
  return ({ socket }) => {
    const pour = () => {
      while (!socket.destroyed) if (!socket.write(piece)) return void socket.once('drain', pour)
    }
    socket.write(head)
    pour()
  }
}
