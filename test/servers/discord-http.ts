import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'

// biome-ignore lint/suspicious/noExplicitAny: it is whatever a client sent.
export type Sent = any

/** What the server was asked. */
export interface DiscordRequest {
  method: string
  path: string
  body: Sent
  /** The method and the pattern it met, as in `POST /channels/:channel/messages`; for {@link validateBody} too. */
  route: string
  query: Record<string, string>
  /** The names of uploaded files. */
  files: string[]
  /** What was answered; null while nothing was. */
  status: number | null
}

export interface Answer {
  status: number
  body: unknown
  headers?: Record<string, string>
}

export interface Call {
  params: Record<string, string>
  body: Sent
  query: URLSearchParams
  files: string[]
}

export interface Route {
  method: string
  /** `/channels/:channel/messages` */
  path: string
  /** Needs no token: the path holds one. */
  open?: boolean
  handle: (call: Call) => Answer
}

/** An error as Discord tells it, thrown by what handles a request. */
export class Refusal extends Error {
  readonly answer: Answer
  constructor(status: number, code: number, message: string, more: object = {}) {
    super(message)
    this.answer = { status, body: { message, code, ...more } }
  }
}

export const ok = (body: unknown): Answer => ({ status: 200, body })
export const nothing: Answer = { status: 204, body: null }

export function apiError(status: number, code: number, message: string): Answer {
  return { status, body: { message, code } }
}

export function give(response: ServerResponse, { status, body, headers }: Answer): void {
  // discord.js parses whatever calls itself JSON, so an answer without a body must not.
  if (status === 204) response.writeHead(204, headers).end()
  else
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/** The route of a path below `/api/v10`, and what stands in its places. */
export function findRoute(
  routes: Route[],
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } | null {
  const steps = path.split('/').slice(1)
  for (const route of routes) {
    const wanted = route.path.split('/').slice(1)
    if (route.method !== method || wanted.length !== steps.length) continue
    const params: Record<string, string> = {}
    const fits = wanted.every((step, i) => {
      if (!step.startsWith(':')) return step === steps[i]
      params[step.slice(1)] = steps[i]!
      return true
    })
    if (fits) return { route, params }
  }
  return null
}

/** The body of a request: JSON, or the JSON part of a form with files. */
export async function readBody(request: IncomingMessage): Promise<{ body: Sent; files: string[] }> {
  const bytes = await buffer(request)
  const type = request.headers['content-type'] ?? ''
  if (bytes.length === 0) return { body: null, files: [] }
  if (!type.startsWith('multipart/')) return { body: JSON.parse(bytes.toString('utf8')), files: [] }
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData()
  const files = [...form.values()].flatMap((part) => (typeof part === 'string' ? [] : [part.name]))
  const payload = form.get('payload_json')
  return { body: typeof payload === 'string' ? JSON.parse(payload) : {}, files }
}
