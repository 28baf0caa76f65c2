import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'

/** A mail the server has taken, whether or not the sender got to know. */
export interface ReceivedMail {
  envelope: { from: string; to: string[] }
  raw: Buffer
  /** True when it came over TLS. */
  encrypted: boolean
  parsed(): Promise<ParsedMail>
}

/** Something that goes wrong: at which step, for whom, how often. */
export interface SmtpFault {
  /** `mail`, `rcpt`, `data`: at that command. `body`: in its midst. `reply`: when the whole message is there. */
  at: 'mail' | 'rcpt' | 'data' | 'body' | 'reply'
  /** `451 4.3.0 Try later` is answered; `drop` closes the connection (FIN), `reset` breaks it (RST). */
  does: 'drop' | 'reset' | `${number} ${string}`
  /** Only for this recipient; any by default, and any at `mail`, where it isn't known yet. */
  to?: string
  /** How many times; always by default. */
  times?: number
}

export interface SmtpServerOptions {
  /** Requires a log-in. */
  auth?: { user: string; pass: string }
  /** Offers STARTTLS, with a certificate nobody trusts. */
  starttls?: boolean
  /** TLS from the first byte, with a certificate nobody trusts. */
  secure?: boolean
  /** Answers every connection with this (`421 …`, `554 …`); `silent` says nothing at all. */
  greeting?: 'silent' | `${number} ${string}`
  /** Offers PIPELINING, as most servers do; true by default. */
  pipelining?: boolean
  /** Largest message (bytes). */
  size?: number
  /** Listens there, to come back at the same place; any free port by default. */
  port?: number
}

export interface TestSmtpServer {
  /** For SMTP_URL, with the log-in if one is required. */
  url: string
  port: number
  mails: ReceivedMail[]
  /** The commands of each transaction that reached the server, by name. */
  counts: { mail: number; rcpt: number; bodyBytes: number }
  connections: { opened: number; open: number; most: number }
  fault(fault: SmtpFault): void
  /** Asks at each step what goes wrong there; nothing where it says nothing. Null for not asking any more. */
  meddle(choose: ((at: SmtpFault['at'], to: string[]) => SmtpFault['does'] | undefined) | null): void
  /** Takes all faults back. */
  heal(): void
  /** From now on replies to whole messages are kept back. */
  hold(): void
  /** Resolves when `count` replies are kept back. */
  held(count: number): Promise<void>
  /** Gives all replies, and keeps no more back. */
  release(): void
  /** Closes the connections that are open (not those with TLS), as a server does with idle ones; resolves when they are gone. */
  dropConnections(): Promise<void>
  close(): Promise<void>
}

/** A real SMTP server on 127.0.0.1 that can go wrong on demand. */
export async function startSmtpServer(options: SmtpServerOptions = {}): Promise<TestSmtpServer> {
  const mails: ReceivedMail[] = []
  const counts = { mail: 0, rcpt: 0, bodyBytes: 0 }
  const connections = { opened: 0, open: 0, most: 0 }
  const sockets = new Set<Socket>()
  let faults: SmtpFault[] = []
  let meddler: Parameters<TestSmtpServer['meddle']>[0] = null
  let kept: (() => void)[] | null = null
  let watchers: { count: number; seen: () => void }[] = []

  const server = new PromptServer({
    ...(options.auth ? { allowInsecureAuth: true } : { authOptional: true }),
    secure: options.secure ?? false,
    disabledCommands: [...(options.starttls ? [] : ['STARTTLS']), ...(options.auth ? [] : ['AUTH'])],
    hidePIPELINING: options.pipelining === false,
    ...(options.size ? { size: options.size } : {}),
    disableReverseLookup: true,
    closeTimeout: 200,
    logger: false,
    onConnect(session, done) {
      interceptData(session)
      if (options.greeting !== 'silent') done(options.greeting ? replyError(options.greeting) : null)
    },
    onAuth({ username, password }, _session, done) {
      const good = username === options.auth?.user && password === options.auth?.pass
      done(
        good ? null : replyError('535 5.7.8 Authentication credentials invalid'),
        good ? { user: username } : {},
      )
    },
    onMailFrom(_address, session, done) {
      counts.mail++
      meet('mail', [], session, done)
    },
    onRcptTo({ address }, session, done) {
      counts.rcpt++
      meet('rcpt', [address], session, done)
    },
    onData: (stream, session, done) => void receive(stream, session, done),
  })
  // Broken connections are what the tests are about.
  server.on('error', () => undefined)
  server.server.on('connection', (socket) => {
    sockets.add(socket)
    connections.opened++
    connections.open++
    connections.most = Math.max(connections.most, connections.open)
    socket.once('close', () => {
      sockets.delete(socket)
      connections.open--
    })
  })

  /** The fault that is due at a step, counted down. */
  function take(at: SmtpFault['at'], to: string[]): SmtpFault | undefined {
    const fault = faults.find(
      (f) => f.at === at && (f.to === undefined || to.includes(f.to)) && f.times !== 0,
    )
    if (fault?.times) fault.times--
    const does = fault ? undefined : meddler?.(at, to)
    return does === undefined ? fault : { at, does }
  }

  function connectionOf(session: SMTPServerSession) {
    return [...server.connections].find((connection) => connection.session === session)
  }

  function cut(session: SMTPServerSession, how: 'drop' | 'reset'): void {
    const socket = connectionOf(session)?._socket
    if (how === 'reset') socket?.resetAndDestroy()
    else socket?.destroy()
  }

  function meet(at: SmtpFault['at'], to: string[], session: SMTPServerSession, done: (e?: Error) => void) {
    const fault = take(at, to)
    if (fault?.does === 'drop' || fault?.does === 'reset') cut(session, fault.does)
    else done(fault && replyError(fault.does))
  }

  /** The package answers DATA with 354 by itself; this steps in before. */
  function interceptData(session: SMTPServerSession): void {
    const connection = connectionOf(session)
    if (!connection) return
    const goOn = connection.handler_DATA.bind(connection)
    connection.handler_DATA = (command, done) => {
      const to = session.envelope.rcptTo.map((r) => r.address)
      const fault = to.length > 0 ? take('data', to) : undefined
      if (!fault) return goOn(command, done)
      if (fault.does === 'drop' || fault.does === 'reset') return cut(session, fault.does)
      const { responseCode, message } = replyError(fault.does)
      connection.send(responseCode, message)
      done()
    }
  }

  async function receive(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
    done: (e?: Error | null) => void,
  ) {
    const { mailFrom, rcptTo } = session.envelope
    const envelope = { from: mailFrom ? mailFrom.address : '', to: rcptTo.map((r) => r.address) }
    const atBody = take('body', envelope.to)
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => {
      counts.bodyBytes += chunk.length
      chunks.push(chunk)
      if (atBody) cut(session, atBody.does === 'reset' ? 'reset' : 'drop')
    })
    // Ends too when the connection does, but then without the final dot, and nothing was received.
    await once(stream, 'end').catch(() => undefined)
    if (atBody || connectionOf(session)?._socket.destroyed !== false) return
    const atReply = take('reply', envelope.to)
    const refusal =
      atReply && atReply.does !== 'drop' && atReply.does !== 'reset' ? replyError(atReply.does) : null
    if (stream.sizeExceeded) return done(replyError('552 5.3.4 Message too big'))
    if (!refusal) mails.push(received(Buffer.concat(chunks), envelope, session.secure))
    const answer = () => {
      if (atReply && !refusal) cut(session, atReply.does === 'reset' ? 'reset' : 'drop')
      else done(refusal)
    }
    if (!kept) return answer()
    kept.push(answer)
    const enough = kept.length
    for (const watcher of watchers) if (enough >= watcher.count) watcher.seen()
  }

  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  const { auth } = options
  const logIn = auth ? `${encodeURIComponent(auth.user)}:${encodeURIComponent(auth.pass)}@` : ''

  return {
    url: `${options.secure ? 'smtps' : 'smtp'}://${logIn}127.0.0.1:${port}`,
    port,
    mails,
    counts,
    connections,
    fault: (fault) => void faults.push({ ...fault }),
    meddle(choose) {
      meddler = choose
    },
    heal() {
      faults = []
      meddler = null
    },
    hold() {
      kept ??= []
    },
    held(count) {
      if ((kept?.length ?? 0) >= count) return Promise.resolve()
      return new Promise((seen) => watchers.push({ count, seen }))
    },
    release() {
      const answers = kept ?? []
      kept = null
      watchers = []
      for (const answer of answers) answer()
    },
    async dropConnections() {
      await Promise.all(
        [...sockets].map(async (socket) => {
          const closed = once(socket, 'close')
          socket.destroy()
          await closed
        }),
      )
    },
    async close() {
      if (!server.server.listening) return
      // Node crashes when a socket is destroyed beneath its TLS layer, so that is left to the package.
      if (options.secure || options.starttls)
        for (const connection of server.connections) connection._socket.destroy()
      else for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(resolve))
    },
  }
}

/** The package waits 0.1 s for clients that talk too soon before it greets; ours don't, and tests connect often. */
class PromptServer extends SMTPServer {
  override connect(...args: Parameters<SMTPServer['connect']>): void {
    super.connect(...args)
    const connection = [...this.connections].at(-1)
    if (!connection) return
    const greet = connection.connectionReady.bind(connection)
    let greeted = false
    connection.connectionReady = () => {
      if (!greeted) greet()
      greeted = true
    }
    connection.connectionReady()
  }
}

function replyError(reply: string): Error & { responseCode: number } {
  return Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) })
}

function received(raw: Buffer, envelope: ReceivedMail['envelope'], encrypted: boolean): ReceivedMail {
  let parsing: Promise<ParsedMail> | undefined
  return {
    raw,
    envelope,
    encrypted,
    parsed() {
      parsing ??= simpleParser(raw, { skipTextToHtml: true, skipImageLinks: true })
      return parsing
    },
  }
}
