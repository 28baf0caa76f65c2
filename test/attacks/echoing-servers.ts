import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { onTestFinished } from 'vitest'

/** An SMTP server that refuses each log-in and repeats what it was given, plain and in base64. Gives its port. */
export async function startEchoingSmtp(): Promise<number> {
  const server = createServer((socket) => {
    let waiting = 0
    socket.on('error', () => undefined)
    socket.write('220 echo\r\n')
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').filter(Boolean)) {
        const given = Buffer.from(line.split(' ').at(-1)!, 'base64').toString().replaceAll('\0', ' ')
        if (/^EHLO/.test(line)) socket.write('250-echo\r\n250 AUTH PLAIN LOGIN\r\n')
        else if (/^AUTH LOGIN$/.test(line)) socket.write('334 VXNlcm5hbWU6\r\n')
        else if (waiting++ === 0 && !/^AUTH/.test(line)) socket.write('334 UGFzc3dvcmQ6\r\n')
        else socket.write(`535 5.7.8 You said ${line} which is ${given}\r\n`)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** An HTTP server that refuses everything and repeats the key it was given. Gives its origin. */
export async function startEchoingHttp(status: number): Promise<string> {
  const server = createHttpServer((request, response) => {
    const key = request.headers.authorization ?? ''
    request.resume()
    response.writeHead(status, { 'content-type': 'application/json', 'x-echo': key })
    response.end(
      JSON.stringify({ message: `no: ${key}`, code: 0, error: { message: `Incorrect key: ${key}` } }),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
