import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { createSmtp, type Smtp, type SmtpOptions } from '../../src/deliver/index.ts'
import type { Receipt } from '../../src/model/index.ts'
import { type SmtpServerOptions, startSmtpServer, type TestSmtpServer } from '../servers/smtp-server.ts'

/** A server that goes with the test. */
export async function start(options?: SmtpServerOptions): Promise<TestSmtpServer> {
  const server = await startSmtpServer(options)
  onTestFinished(() => server.close())
  return server
}

/** A client that goes with the test. */
export function client(url: string, options: Partial<SmtpOptions> = {}): Smtp {
  const smtp = createSmtp({ url, name: 'freehold.example', ...options })
  onTestFinished(() => smtp.close())
  return smtp
}

export const message = Buffer.from(
  'Subject: Hello\r\nMessage-ID: <1@freehold.example>\r\n\r\nFirst line\r\n.dot\r\n',
)

export const yes = async () => true

export function mailTo(to: string) {
  return { envelopeFrom: 'bounces@freehold.example', to, message }
}

/** Sends one message and tells how often the caller was asked whether the body may go. */
export async function sendOne(
  smtp: Smtp,
  to = 'reader@example.org',
): Promise<{ receipt: Receipt; asked: number }> {
  let asked = 0
  const receipt = await smtp.send(mailTo(to), async () => {
    asked++
    return true
  })
  return { receipt, asked }
}

/** A server that answers each line as it is told; lines of bodies are put in `bodies`, the final dot is answered with 250. */
export async function startScripted(
  answer: (line: string, reply: (text: string) => void) => void,
  bodies: string[] = [],
): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    let [rest, inBody] = ['', false]
    const reply = (text: string) => {
      inBody = text.startsWith('354')
      socket.write(`${text}\r\n`)
    }
    reply('220 scripted')
    socket.on('data', (chunk) => {
      const lines = (rest + chunk).split('\r\n')
      rest = lines.pop()!
      for (const line of lines) {
        if (!inBody) answer(line, reply)
        else if (line === '.') reply('250 OK')
        else bodies.push(line)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return (server.address() as AddressInfo).port
}
