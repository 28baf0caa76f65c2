import { readCompletion, readJson } from './completion.ts'
import type { LlmOutcome } from './outcome.ts'
import { pauseAfter, type Wait, wait as waitForReal } from './pause.ts'
import { type Broken, post, type Reply } from './post.ts'
import { sentencesFor } from './sentences.ts'

export interface LlmOptions {
  /** Up to the version, as in `http://localhost:11434/v1`; private addresses are fine, it is the operator's own. */
  baseUrl: string
  model: string
  /** Null for servers that want none. */
  apiKey: string | null
  /** For one chat: all tries and the waits between them. Milliseconds; 30 s by default. */
  timeoutMs?: number
  /** Tries after the first; 2 by default. */
  retries?: number
  /** Of one reply; 1 MiB by default. */
  maxBytes?: number
  /** The clock (ms since the epoch). */
  now?: () => number
  wait?: Wait
}

export interface ChatRequest {
  system: string
  user: string
  /** A JSON Schema of an object, which the answer should fit. */
  schema: object
  /** Name of the schema: letters, digits, `_` and `-`. */
  name: string
  /** The answer's length at most. */
  maxTokens: number
  signal?: AbortSignal | undefined
}

/** Whether the server answers, and how long that took (ms). */
export type LlmCheck = { ok: true; ms: number } | { ok: false; error: string }

/** A model on a server with the OpenAI-compatible API. */
export interface Llm {
  model: string
  /** Asks once, at temperature 0. Whatever goes wrong is a failure, never an exception. */
  chat(request: ChatRequest): Promise<LlmOutcome>
  /** Has the model answer a question of a few words: URL, key and model are right if it does. */
  verify(): Promise<LlmCheck>
}

type Format = 'json_schema' | 'json_object'

const mebibyte = 1024 * 1024

/**
 * A client for one model. Tries again after 429, 5xx and broken connections, never after another 4xx. A server that
 * answers 400 (or 422) to a schema is asked for plain JSON in its place, from then on at once.
 */
export function createLlm(options: LlmOptions): Llm {
  const { model, apiKey, timeoutMs = 30_000, retries = 2, maxBytes = mebibyte } = options
  const { now = Date.now, wait = waitForReal } = options
  const url = endpoint(options.baseUrl)
  const say = sentencesFor({ url, model, apiKey, timeoutMs, maxBytes })
  const headers: Record<string, string> = apiKey ? { authorization: `Bearer ${apiKey}` } : {}
  let knowsSchemas = true

  async function exchange(body: object, until: number, signal: AbortSignal): Promise<Reply | Broken> {
    for (let tries = 1; ; tries++) {
      const reply = await post(url.href, { headers, body, maxBytes, signal })
      if (!worthAnotherTry(reply) || tries > retries) return reply
      const retryAfter = reply.kind === 'reply' ? reply.headers.get('retry-after') : null
      const pause = pauseAfter(tries, retryAfter, now())
      if (now() + pause >= until) return reply
      await wait(pause, signal)
    }
  }

  async function chat(request: ChatRequest): Promise<LlmOutcome> {
    const control = new AbortController()
    const callOff = () => control.abort()
    if (request.signal?.aborted) callOff()
    request.signal?.addEventListener('abort', callOff, { once: true })
    const late = () => control.abort(new DOMException('The deadline has passed.', 'TimeoutError'))
    const timer = setTimeout(late, timeoutMs)
    try {
      return await converse(request, control.signal)
    } finally {
      clearTimeout(timer)
      request.signal?.removeEventListener('abort', callOff)
    }
  }

  async function converse(request: ChatRequest, signal: AbortSignal): Promise<LlmOutcome> {
    const until = now() + timeoutMs
    const ask = (format: Format) => exchange(bodyOf(model, request, format), until, signal)
    const reply = await ask(knowsSchemas ? 'json_schema' : 'json_object')
    if (!knowsSchemas || !refusesFormat(reply)) return outcomeOf(reply, request.maxTokens)
    const second = await ask('json_object')
    // When both are refused it was not the schema's fault, and the first refusal says more.
    if (refusesFormat(second)) return outcomeOf(reply, request.maxTokens)
    if (second.kind === 'reply' && second.status === 200) knowsSchemas = false
    return outcomeOf(second, request.maxTokens)
  }

  function outcomeOf(reply: Reply | Broken, maxTokens: number): LlmOutcome {
    if (reply.kind === 'broken') return say.broken(reply)
    if (reply.status !== 200) return say.status(reply)
    const completion = readCompletion(reply.text)
    if (!completion) return say.noCompletion()
    const answer = readJson(completion.content)
    return answer ? { kind: 'answer', json: answer.json } : say.noJson(completion.cut ? maxTokens : null)
  }

  return {
    model,
    chat,
    async verify() {
      const began = now()
      const outcome = await chat({
        system: 'You check a connection. Answer with JSON.',
        user: 'Answer {"ok": true}.',
        schema: {
          type: 'object',
          properties: { ok: { type: 'boolean' } },
          required: ['ok'],
          additionalProperties: false,
        },
        name: 'check',
        maxTokens: 1000,
      })
      return outcome.kind === 'answer'
        ? { ok: true, ms: now() - began }
        : { ok: false, error: outcome.message }
    },
  }
}

function endpoint(baseUrl: string): URL {
  const url = new URL(baseUrl)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/chat/completions`
  return url
}

function bodyOf(model: string, request: ChatRequest, format: Format): object {
  const { system, user, schema, name, maxTokens } = request
  const plain = `\n\nAnswer with one JSON object and nothing else. It fits this JSON Schema: ${JSON.stringify(schema)}`
  return {
    model,
    temperature: 0,
    max_tokens: maxTokens,
    messages: [
      { role: 'system', content: format === 'json_schema' ? system : system + plain },
      { role: 'user', content: user },
    ],
    response_format:
      format === 'json_schema'
        ? { type: 'json_schema', json_schema: { name, strict: true, schema } }
        : { type: 'json_object' },
  }
}

function worthAnotherTry(reply: Reply | Broken): boolean {
  if (reply.kind === 'broken') return reply.reason === 'unreachable'
  return reply.status === 429 || reply.status >= 500
}

function refusesFormat(reply: Reply | Broken): boolean {
  return reply.kind === 'reply' && (reply.status === 400 || reply.status === 422)
}
