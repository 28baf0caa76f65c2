import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { createSecureContext, createServer as createTls, type TlsOptions } from 'node:tls'
import { sampleFeed } from './feed-sample.ts'

export interface ConnectionServer {
  port: number
  /** Connections accepted so far. */
  connections(): number
  /** Bytes written to all of them. */
  sent(): number
  /** Settles when every connection accepted so far is closed, by whichever side. */
  closed(): Promise<void>
  close(): Promise<void>
}

type Talk = (socket: Socket) => unknown

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'tls')
const pem = (name: string) => readFileSync(join(fixtures, `${name}.pem`))

/** The authority that vouches for the certificates `trusted` and `expired`, both for feeds.example. */
export const authority = () => pem('authority').toString()

/** The first byte of a TLS connection (RFC 8446 §5.1). */
const tlsHandshake = 22

const answer = `HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(sampleFeed)}\r\n\r\n${sampleFeed}`
const answering: Talk = (socket) => void socket.once('data', () => socket.write(answer))

const tls = (certificate: string, options: TlsOptions = {}, talk: Talk = answering) =>
  start(createTls({ key: pem('server-key'), cert: pem(certificate), ...options }, talk))
const tcp = (talk: Talk) =>
  start(
    createTcp((socket) => {
      talk(socket)
      // What is not read hides that the other side has hung up.
      socket.resume()
    }),
  )

/** Servers that misbehave before there is any HTTP, by name; each starts one on a free port of 127.0.0.1. */
export const connectionMisbehaviours = {
  /** TLS as it should be. */
  trusted: () => tls('trusted'),
  /** Many names at one address: whoever does not say which one it wants (SNI) is shown somebody else's certificate. */
  manyNames: () =>
    tls('self-signed', {
      SNICallback: (name, done) =>
        done(
          null,
          name === 'feeds.example'
            ? createSecureContext({ key: pem('server-key'), cert: pem('trusted') })
            : undefined,
        ),
    }),
  selfSigned: () => tls('self-signed'),
  expired: () => tls('expired'),
  /** A good certificate, for feeds.example; ask it under another name. */
  wrongName: () => tls('trusted'),
  /** A version of TLS that was given up in 2021. */
  oldTls: () => tls('trusted', { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }),
  /** Redirects for good from https to http, at the same port. */
  stepsDown: () => {
    const secure = createTls({ key: pem('server-key'), cert: pem('trusted') }, (socket) =>
      socket.once('data', (asked) => {
        const host = /^host: (.*)$/im.exec(String(asked))?.[1]?.trim()
        socket.write(`HTTP/1.1 301 Moved\r\nlocation: http://${host}/plain\r\ncontent-length: 0\r\n\r\n`)
      }),
    )
    const both = createTcp((socket) =>
      socket.once('data', (first) => {
        if (first[0] !== tlsHandshake) return socket.write(answer)
        socket.pause()
        socket.unshift(first)
        return secure.emit('connection', socket)
      }),
    )
    return start(both)
  },
  /** HTTP where TLS is expected. */
  plainOnTlsPort: () => tcp(answering),
  /** Takes the beginning of the handshake and says nothing. */
  silentHandshake: () => tcp(() => undefined),
  /** Resets the connection in the middle of the handshake. */
  handshakeReset: () => tcp((socket) => socket.once('data', () => socket.resetAndDestroy())),
  /** Answers over TLS and cuts the connection in the middle of the body. */
  cutOverTls: () =>
    tls('trusted', {}, (socket) =>
      socket.once('data', () => socket.write(answer.slice(0, 200), () => socket.destroy())),
    ),
  /** Answers as soon as it is connected to, before it can know the question. */
  answersFirst: () => tcp((socket) => socket.write(answer)),
  /** Greets as a mail server does. */
  banner: () => tcp((socket) => socket.write('220 mail.example ESMTP\r\n')),
  /** Hangs up on whoever connects. */
  hangsUp: () => tcp((socket) => socket.end()),
}

async function start(server: Server): Promise<ConnectionServer> {
  const sockets = new Set<Socket>()
  const closings: Promise<void>[] = []
  server.on('connection', (socket: Socket) => {
    const closing = Promise.withResolvers<void>()
    closings.push(closing.promise)
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => closing.resolve())
  })
  // Handshakes that fail are the point of many of these.
  server.on('tlsClientError', () => undefined)
  server.on('secureConnection', (socket: Socket) => socket.on('error', () => undefined))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => sockets.size,
    sent: () => [...sockets].reduce((bytes, socket) => bytes + socket.bytesWritten, 0),
    closed: async () => void (await Promise.all(closings)),
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
