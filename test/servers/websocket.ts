import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** The server's end of one WebSocket, as far as RFC 6455 is needed: text, ping and close; no extensions. */
export interface WebSocketPeer {
  /** Each whole text message. */
  onText: (text: string) => void
  /** Once: the code the other side closed with, null when the connection just ended. */
  onClose: (code: number | null) => void
  send(text: string): void
  close(code: number, reason?: string): void
  /** From now on it takes nothing in, closing frames neither. */
  deafen(): void
  /** Ends the TCP connection (FIN) or breaks it (RST) without a closing frame. */
  cut(how: 'fin' | 'rst'): void
}

interface Frame {
  last: boolean
  opcode: number
  payload: Buffer
  size: number
}

const opcodes = { continuation: 0, text: 1, close: 8, ping: 9, pong: 10 }
const handshakeSalt = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** Answers a request to upgrade; null when it isn't one for a WebSocket. */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
): WebSocketPeer | null {
  const key = request.headers['sec-websocket-key']
  if (request.headers.upgrade?.toLowerCase() !== 'websocket' || !key) {
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
    return null
  }
  const proof = createHash('sha1').update(`${key}${handshakeSalt}`).digest('base64')
  socket.setNoDelay(true)
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${proof}\r\n\r\n`,
  )

  let unread = head
  let parts: Buffer[] = []
  let heard: number | null = null
  let closing = false
  const peer: WebSocketPeer = {
    onText: () => undefined,
    onClose: () => undefined,
    send(text) {
      if (!closing && socket.writable) socket.write(frame(opcodes.text, Buffer.from(text)))
    },
    close(code, reason = '') {
      if (closing || !socket.writable) return
      closing = true
      socket.write(closingFrame(code, reason))
    },
    deafen: () => void socket.pause(),
    cut(how) {
      closing = true
      if (how === 'rst') socket.resetAndDestroy()
      else socket.end(() => socket.destroy())
    },
  }

  function take({ last, opcode, payload }: Frame): void {
    if (opcode === opcodes.ping) socket.write(frame(opcodes.pong, payload))
    if (opcode === opcodes.close) {
      heard = payload.length >= 2 ? payload.readUInt16BE(0) : 1005
      if (!closing) socket.write(closingFrame(heard === 1005 ? 1000 : heard, ''))
      closing = true
      socket.end()
    }
    if (opcode !== opcodes.text && opcode !== opcodes.continuation) return
    parts.push(payload)
    if (!last) return
    const text = Buffer.concat(parts).toString('utf8')
    parts = []
    if (!closing) peer.onText(text)
  }

  function read(chunk: Buffer): void {
    unread = Buffer.concat([unread, chunk])
    for (let next = parse(unread); next; next = parse(unread)) {
      unread = unread.subarray(next.size)
      take(next)
    }
  }

  socket.on('data', read)
  socket.on('error', () => undefined) // 'close' follows.
  socket.on('end', () => socket.end())
  socket.on('close', () => peer.onClose(heard))
  if (head.length > 0) queueMicrotask(() => read(Buffer.alloc(0)))
  return peer
}

function closingFrame(code: number, reason: string): Buffer {
  const payload = Buffer.concat([Buffer.alloc(2), Buffer.from(reason)])
  payload.writeUInt16BE(code, 0)
  return frame(opcodes.close, payload)
}

/** A whole message in one frame; what a server sends is not masked. */
function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload
  const first = 0x80 | opcode
  let head: Buffer
  if (length < 126) head = Buffer.from([first, length])
  else if (length < 0x10000) {
    head = Buffer.from([first, 126, 0, 0])
    head.writeUInt16BE(length, 2)
  } else {
    head = Buffer.from([first, 127, 0, 0, 0, 0, 0, 0, 0, 0])
    head.writeBigUInt64BE(BigInt(length), 2)
  }
  return Buffer.concat([head, payload])
}

/** The first frame of what was read, unmasked; null while it isn't whole. */
function parse(data: Buffer): Frame | null {
  if (data.length < 2) return null
  const short = data[1]! & 0x7f
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0
  const masked = (data[1]! & 0x80) !== 0
  const start = 2 + lengthBytes + (masked ? 4 : 0)
  if (data.length < start) return null
  const length =
    short === 126 ? data.readUInt16BE(2) : short === 127 ? Number(data.readBigUInt64BE(2)) : short
  if (data.length < start + length) return null
  const payload = Buffer.from(data.subarray(start, start + length))
  const mask = data.subarray(start - 4, start)
  if (masked) for (let i = 0; i < length; i++) payload[i]! ^= mask[i % 4]!
  return { last: (data[0]! & 0x80) !== 0, opcode: data[0]! & 0x0f, payload, size: start + length }
}
