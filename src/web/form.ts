import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'

/** The fields of a form of either encoding; null when the body is none, or not what it says it is. */
export async function formIn(c: Context): Promise<Record<string, unknown> | null> {
  const type = c.req.header('content-type') ?? ''
  if (!/^(?:multipart\/form-data|application\/x-www-form-urlencoded)\s*(?:;|$)/i.test(type)) return null
  try {
    return await c.req.parseBody({ all: true })
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

/** The text of a field, or of the first of several; empty for none. */
export function first(value: unknown): string {
  const one = Array.isArray(value) ? value[0] : value
  return typeof one === 'string' ? one : ''
}

/** True of a form that a page of another site has sent. */
export function isForeign(c: Context, publicUrl: string): boolean {
  if (c.req.header('sec-fetch-site') === 'cross-site') return true
  const origin = c.req.header('origin')
  if (origin === undefined || origin === 'null') return false
  const own = [new URL(publicUrl).origin, new URL(c.req.url).origin]
  return !own.includes(origin) && URL.parse(origin)?.host !== c.req.header('host')
}

/**
 * Where a request comes from. Behind a proxy on this machine or network that is the last address the proxy adds; what
 * stands before it anybody could have written.
 */
export function networkAddress(c: Context): string | null {
  const address = remoteAddress(c)
  if (address === null || !isNear(address)) return address
  const forwarded = c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() ?? ''
  // Some proxies add the port, which is another for each request.
  return forwarded.replace(/^\[(.+)\](?::\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1') || address
}

/**
 * True of a request from this machine or its network that no proxy passes on for somebody elsewhere; and of one without
 * a socket.
 */
export function isFromNearby(c: Context): boolean {
  const passedOn = ['forwarded', 'x-real-ip', 'x-forwarded-host'].some((name) => c.req.header(name))
  const address = networkAddress(c)
  return !passedOn && (address === null || isNear(address))
}

function remoteAddress(c: Context): string | null {
  try {
    return getConnInfo(c).remote.address ?? null
  } catch {
    // Without a socket, as when the app is called directly, nobody is at the other end.
    return null
  }
}

function isNear(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, '')
  return (
    plain === '::1' ||
    /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|f[cd][0-9a-f]{2}:|fe80:)/i.test(plain)
  )
}
