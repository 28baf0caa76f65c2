import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

/** What came back on a connection until its end; a connection that is cut gives what there was. */
export interface RawAnswer {
  /** Status of the first answer; null where there was none. */
  status: number | null
  head: string
  body: string
  /** How many answers came. */
  answers: number
}

/** Sends bytes as they are, and `connection: close` is the writer's own affair. `more` goes on when the server lets it. */
export async function sendRaw(url: string, bytes: string | Buffer): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  socket.write(bytes)
  const got = await text(socket).catch(() => '')
  const [head = '', ...rest] = got.split('\r\n\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1] ?? Number.NaN)
  return {
    status: Number.isNaN(status) ? null : status,
    head,
    body: rest.join('\r\n\r\n'),
    answers: got.match(/^HTTP\/1\.1 (?!100)\d{3} /gm)?.length ?? 0,
  }
}

/** A GET of a path that no client would let through, over a connection of its own. */
export function getRaw(url: string, path: string, headers: string[] = []): Promise<RawAnswer> {
  const lines = [`GET ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', '']
  return sendRaw(url, lines.join('\r\n'))
}

/** Sends a head and then pieces without end, until the server hangs up. Gives how many bytes it let through. */
export function floodRaw(
  url: string,
  head: string,
  piece: Buffer,
): Promise<{ sent: number; status: number | null }> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let [sent, answer] = [0, '']
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1')
  })
  const most = 300 * 1024 * 1024
  const go = () => {
    while (!socket.destroyed && sent < most) {
      sent += piece.length
      if (!socket.write(piece)) return void socket.once('drain', go)
    }
    socket.end()
  }
  socket.write(head, go)
  return new Promise((resolve) => {
    socket.once('close', () => {
      const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]
      resolve({ sent, status: status === undefined ? null : Number(status) })
    })
  })
}
