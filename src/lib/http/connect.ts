import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { buildConnector } from 'undici'

/** One TCP or TLS connection, for undici's `connect`, and the means to end it in whatever state it is. */
export interface Connection {
  connect: buildConnector.connector
  /** Closes the socket at once: while it connects, in the middle of a handshake, or later. What waits gets `error`. */
  hangUp(error?: Error): void
}

/** Thrown into the request when the other side took too long to accept, or to finish its TLS handshake. */
export class ConnectTimeout extends Error {
  code = 'UND_ERR_CONNECT_TIMEOUT'
}

const ALPNProtocols = ['http/1.1']

/** The name by which a server of many names picks its certificate; an IP address is never sent as one. */
function sni(host: string): { servername?: string } {
  return isIP(host) ? {} : { servername: host }
}

/**
 * A connection that is made at most once: undici would silently connect again after some faults. Names are looked up
 * with `lookup`; `timeoutMs` (ms) covers look-up, TCP and TLS.
 */
export function connectOnce(lookup: LookupFunction, timeoutMs: number): Connection {
  let socket: Socket | null = null
  return {
    connect({ hostname, port, protocol, servername }, callback) {
      if (socket) return callback(new Error('the connection was lost before it could be used'), null)
      const secure = protocol === 'https:'
      const to = { host: hostname, port: Number(port) || (secure ? 443 : 80), lookup }
      const opened = secure
        ? connectTls({ ...to, ...sni(servername || hostname), ALPNProtocols })
        : connectTcp(to)
      socket = opened
      const timer = setTimeout(() => opened.destroy(new ConnectTimeout()), timeoutMs)
      let settled = false
      const settle = (error: Error | null) => {
        clearTimeout(timer)
        if (settled) return
        settled = true
        if (error) callback(error, null)
        else callback(null, opened)
      }
      opened.setNoDelay(true)
      opened.once(secure ? 'secureConnect' : 'connect', () => settle(null))
      opened.on('error', settle)
      opened.once('close', () => clearTimeout(timer))
    },
    hangUp(error) {
      socket?.destroy(error)
    },
  }
}
