import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'

/** A chat as the server was asked for it. */
export interface LoggedChat {
  path: string
  headers: IncomingHttpHeaders
  // biome-ignore lint/suspicious/noExplicitAny: it is whatever a client sent.
  body: any
  system: string
  user: string
}

/** What the model says: text as it is, anything else as JSON. */
export type Reply = (chat: LoggedChat) => unknown

/** Something that goes wrong with a chat. */
export type LlmFault =
  | 'server error'
  | 'not ready'
  /** Takes the request and says nothing. */
  | 'hang'
  /** An answer without end. */
  | 'huge'
  /** A page of HTML with status 200. */
  | 'not json'
  /** The model is stopped in the middle of its JSON. */
  | 'cut off'
  /** The connection ends before the answer, or in its midst. */
  | 'drop'
  | 'drop midway'
  | { redirect: string }
  | { retryAfter: string | null }

export interface LlmServerOptions {
  model?: string
  /** Wanted with every request. */
  key?: string | null
  /** The kinds of `response_format` that are not answered with an error. */
  formats?: string[]
  /** Status of that error. */
  formatStatus?: number
}

export interface TestLlmServer {
  /** For LLM_BASE_URL. */
  baseUrl: string
  model: string
  chats: LoggedChat[]
  /** From now on the model says this. */
  answer(reply: Reply): void
  /** From now on chats fail so, so many times (always by default). */
  fault(fault: LlmFault, times?: number): void
  close(): Promise<void>
}

/** A server on 127.0.0.1 that speaks the OpenAI-compatible API, as far as a chat without streaming needs it. */
export async function startLlmServer(options: LlmServerOptions = {}): Promise<TestLlmServer> {
  const {
    model = 'heron:7b',
    key = null,
    formats = ['json_schema', 'json_object'],
    formatStatus = 400,
  } = options
  const chats: LoggedChat[] = []
  const sockets = new Set<Socket>()
  let reply: Reply = () => ({ labels: [] })
  let faults: { fault: LlmFault; times: number } | null = null

  const server = createServer(async (request, response) => {
    const raw = await text(request)
    if (request.method !== 'POST' || request.url?.split('?')[0] !== '/v1/chat/completions') {
      return send(response, 404, { error: { message: `no route for ${request.url}` } })
    }
    const body = JSON.parse(raw)
    const said = (role: string) =>
      body.messages
        .filter((one: { role: string }) => one.role === role)
        .map((one: { content: string }) => one.content)
    const chat = {
      path: request.url,
      headers: request.headers,
      body,
      system: said('system').join(),
      user: said('user').join(),
    }
    chats.push(chat)
    const given = request.headers.authorization?.replace('Bearer ', '')
    // Real servers repeat the key they were given.
    if (key !== null && given !== key)
      return send(response, 401, { error: { message: `Incorrect API key: ${given}` } })
    if (faults && faults.times-- > 0) return misbehave(response, faults.fault)
    if (body.model !== model)
      return send(response, 404, { error: { message: `model "${body.model}" not found` } })
    if (!formats.includes(body.response_format.type)) {
      return send(response, formatStatus, {
        error: { message: `response_format ${body.response_format.type} is not supported` },
      })
    }
    const content = reply(chat)
    send(response, 200, completion(typeof content === 'string' ? content : JSON.stringify(content), 'stop'))
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    model,
    chats,
    answer(next) {
      reply = next
    },
    fault(fault, times = Number.POSITIVE_INFINITY) {
      faults = { fault, times }
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The item a chat is about, as the prompt gives it. */
export function itemOf(chat: LoggedChat): { title: string; text: string; kind?: string } {
  const lines = chat.user.split('\n')
  return JSON.parse(lines[lines.indexOf('<<<ITEM') + 1]!)
}

function completion(content: string, finish: string): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: finish }],
  }
}

function misbehave(response: ServerResponse, fault: LlmFault): unknown {
  if (typeof fault === 'object') {
    if ('redirect' in fault) return response.writeHead(307, { location: fault.redirect }).end()
    const headers: Record<string, string> =
      fault.retryAfter === null ? {} : { 'retry-after': fault.retryAfter }
    return send(response, 429, { error: { message: 'slow down' } }, headers)
  }
  switch (fault) {
    case 'server error':
      return send(response, 500, { error: { message: 'out of\nmemory' } })
    case 'not ready':
      return send(response, 503, { error: { message: 'loading model' } })
    case 'hang':
      return
    case 'huge':
      return flood(response)
    case 'not json':
      return response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>')
    case 'cut off':
      return send(response, 200, completion('{"labels":[{"idea":"ren', 'length'))
    case 'drop':
      return response.socket?.destroy()
    case 'drop midway':
      response.writeHead(200, { 'content-length': '5000' })
      return response.write('{"choices":', () => response.socket?.destroy())
  }
}

function send(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

function flood(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  const chunk = Buffer.alloc(65_536, '{"a":')
  const more = () => {
    while (!response.destroyed) if (!response.write(chunk)) return response.once('drain', more)
  }
  more()
}
