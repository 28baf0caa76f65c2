import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Answer, apiError, give } from './discord-http.ts'

/** Something that goes wrong with requests for a channel or a route. */
export type DiscordFault =
  | 'missing access'
  | 'missing permissions'
  | 'unknown channel'
  | 'server error'
  /** A page of HTML with status 403, as a firewall in between gives. */
  | 'blocked'
  /** The connection ends (FIN) or breaks (RST), before or after the request took effect. */
  | 'drop before'
  | 'drop after'
  | 'reset before'
  | 'reset after'
  /** No answer, before or after the request took effect. */
  | 'stall before'
  | 'stall after'
  /** The answer breaks off in its midst. */
  | 'cut answer'
  | { retryAfter: number; global?: boolean }

/** Does what goes wrong before a request takes effect; false when it is to be carried out. */
export function failBefore(
  fault: DiscordFault | null,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (fault === null) return false
  if (fault === 'stall before') return true
  if (fault === 'drop before') request.socket.destroy()
  else if (fault === 'reset before') request.socket.resetAndDestroy()
  else if (fault === 'blocked') {
    response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>Forbidden</h1>')
  } else {
    const refusal = refusalOf(fault)
    if (!refusal) return false
    give(response, refusal)
  }
  return true
}

/** Does what goes wrong after a request took effect; false when the answer is to be given. */
export function failAfter(
  fault: DiscordFault | null,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (fault === 'drop after') request.socket.destroy()
  else if (fault === 'reset after') request.socket.resetAndDestroy()
  else if (fault === 'cut answer') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    response.write('{"id": "12', () => request.socket.destroy())
  } else return fault === 'stall after'
  return true
}

function refusalOf(fault: DiscordFault): Answer | null {
  switch (fault) {
    case 'missing access':
      return apiError(403, 50001, 'Missing Access')
    case 'missing permissions':
      return apiError(403, 50013, 'Missing Permissions')
    case 'unknown channel':
      return apiError(404, 10003, 'Unknown Channel')
    case 'server error':
      return apiError(500, 0, '500: Internal Server Error')
  }
  return typeof fault === 'string' ? null : tooMany(fault.retryAfter, fault.global ? 'global' : 'user')
}

export function tooMany(retryAfter: number, scope: 'user' | 'global' | 'shared'): Answer {
  const global = scope === 'global'
  return {
    status: 429,
    body: { message: 'You are being rate limited.', retry_after: retryAfter, global },
    headers: {
      'retry-after': String(retryAfter),
      'x-ratelimit-scope': scope,
      ...(global ? { 'x-ratelimit-global': 'true' } : {}),
    },
  }
}
