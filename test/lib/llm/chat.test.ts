import { createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createLlm, type LlmOptions } from '../../../src/lib/llm/index.ts'
import { type LlmServerOptions, startLlmServer, type TestLlmServer } from '../../servers/llm-server.ts'

const schema = { type: 'object', properties: { labels: { type: 'array' } } }
const question = { system: 'You label.', user: 'An item.', schema, name: 'labels', maxTokens: 50 }

async function serve(options: LlmServerOptions = {}) {
  const server = await startLlmServer(options)
  onTestFinished(() => server.close())
  return server
}

/** A client whose waits take no time: they move its clock. */
function clientOf(server: Pick<TestLlmServer, 'baseUrl' | 'model'>, options: Partial<LlmOptions> = {}) {
  const waits: number[] = []
  let clock = Date.UTC(2026, 2, 16, 9)
  const llm = createLlm({
    baseUrl: server.baseUrl,
    model: server.model,
    apiKey: null,
    now: () => clock,
    async wait(ms) {
      waits.push(ms)
      clock += ms
    },
    ...options,
  })
  return { llm, waits }
}

describe('a chat', () => {
  test('asks for JSON by schema, at temperature 0, and gives what the model says', async () => {
    const server = await serve()
    server.answer(() => ({ labels: [{ idea: 'renewal' }] }))
    expect(await clientOf(server).llm.chat(question)).toEqual({
      kind: 'answer',
      json: { labels: [{ idea: 'renewal' }] },
    })
    const [chat] = server.chats
    expect(chat).toMatchObject({ path: '/v1/chat/completions', system: 'You label.', user: 'An item.' })
    expect(chat!.headers.authorization).toBeUndefined()
    expect(chat!.body).toMatchObject({
      model: server.model,
      temperature: 0,
      max_tokens: 50,
      response_format: { type: 'json_schema', json_schema: { name: 'labels', strict: true, schema } },
    })
  })

  test('sends the key, and keeps what the base URL holds besides', async () => {
    const server = await serve({ key: 'sk-1234' })
    const baseUrl = `${server.baseUrl}/?version=2`
    expect(await clientOf({ ...server, baseUrl }, { apiKey: 'sk-1234' }).llm.chat(question)).toMatchObject({
      kind: 'answer',
    })
    expect(server.chats[0]!.path).toBe('/v1/chat/completions?version=2')
  })

  test.each([
    ['in a code fence', '```json\n{"a": 1}\n```'],
    ['after thinking aloud', '<think>\nHm. {"a": 2}?\n</think>\n\n{"a": 1}'],
    ['among blanks', '\n {"a": 1}\n'],
  ])('finds JSON %s', async (_, content) => {
    const server = await serve()
    server.answer(() => content)
    expect(await clientOf(server).llm.chat(question)).toEqual({ kind: 'answer', json: { a: 1 } })
  })

  test.each(['', 'Sure! The item bears on renewal.', '{"a": 1', '```', '```json', '<think>{"a":1}'])(
    'takes %j for no answer, and does not ask again',
    async (content) => {
      const server = await serve()
      server.answer(() => content)
      expect(await clientOf(server).llm.chat(question)).toEqual({
        kind: 'failed',
        reason: 'notJson',
        message: 'The model heron:7b did not answer with JSON; another LLM_MODEL may.',
      })
      expect(server.chats).toHaveLength(1)
    },
  )
})

describe('a server that knows no schemas', () => {
  test.each([400, 422])(
    'and says so with %i is asked for plain JSON, with the schema in words',
    async (status) => {
      const server = await serve({ formats: ['json_object'], formatStatus: status })
      const { llm } = clientOf(server)
      expect(await llm.chat(question)).toMatchObject({ kind: 'answer' })
      expect(server.chats.map((chat) => chat.body.response_format.type)).toEqual([
        'json_schema',
        'json_object',
      ])
      expect(server.chats[1]!.system).toContain(JSON.stringify(schema))
      expect(await llm.chat(question)).toMatchObject({ kind: 'answer' })
      expect(server.chats.map((chat) => chat.body.response_format.type).slice(2)).toEqual(['json_object'])
    },
  )

  test('nor plain JSON is told so, once, and asked by schema the next time', async () => {
    const server = await serve({ formats: [] })
    const { llm, waits } = clientOf(server)
    const outcome = await llm.chat(question)
    expect(outcome).toMatchObject({
      reason: 'rejected',
      message: expect.stringContaining('json_schema is not supported'),
    })
    expect(waits).toEqual([])
    await llm.chat(question)
    expect(server.chats).toHaveLength(4)
    expect(server.chats[2]!.body.response_format.type).toBe('json_schema')
  })
})

describe('another try is made', () => {
  test.each(['server error', 'not ready', 'drop', 'drop midway'] as const)('after: %s', async (fault) => {
    const server = await serve()
    server.fault(fault, 2)
    const { llm, waits } = clientOf(server)
    expect(await llm.chat(question)).toMatchObject({ kind: 'answer' })
    expect(server.chats).toHaveLength(3)
    expect(waits).toEqual([1000, 2000])
  })

  test.each([
    ['3', 3000],
    ['0', 0],
    ['0.5', 500],
    ['3600', 20_000],
    ['Mon, 16 Mar 2026 09:00:07 GMT', 7000],
    ['Mon, 16 Mar 2026 08:00:00 GMT', 0],
    ['soon', 1000],
    [null, 1000],
  ])('after 429 with Retry-After %j in %i ms', async (retryAfter, ms) => {
    const server = await serve()
    server.fault({ retryAfter }, 1)
    const { llm, waits } = clientOf(server)
    expect(await llm.chat(question)).toMatchObject({ kind: 'answer' })
    expect(waits).toEqual([ms])
  })

  test('no more than twice, unless asked for', async () => {
    const server = await serve()
    server.fault('server error')
    expect(await clientOf(server).llm.chat(question)).toMatchObject({ reason: 'serverError' })
    expect(server.chats).toHaveLength(3)
    expect(await clientOf(server, { retries: 0 }).llm.chat(question)).toMatchObject({ reason: 'serverError' })
    expect(server.chats).toHaveLength(4)
  })

  test('only if the wait for it ends before the deadline', async () => {
    const server = await serve()
    server.fault({ retryAfter: '18' })
    const { llm, waits } = clientOf(server)
    expect(await llm.chat(question)).toMatchObject({ reason: 'busy' })
    expect(waits).toEqual([18_000])
  })

  test('not when the request itself is at fault', async () => {
    const server = await serve({ key: 'sk-1234' })
    const { llm, waits } = clientOf(server)
    await llm.chat(question)
    await clientOf(server, { apiKey: 'sk-1234', model: 'another' }).llm.chat(question)
    expect(server.chats).toHaveLength(2)
    expect(waits).toEqual([])
  })
})

describe('what goes wrong is a value with the remedy:', () => {
  test('nothing listens', async () => {
    const port = await freePort()
    const { llm } = clientOf({ baseUrl: `http://127.0.0.1:${port}/v1`, model: 'heron:7b' })
    expect(await llm.chat(question)).toEqual({
      kind: 'failed',
      reason: 'unreachable',
      message: `The LLM server 127.0.0.1:${port} refused the connection; start it, or correct LLM_BASE_URL.`,
    })
  })

  test('no answer within the deadline', async () => {
    const server = await serve()
    server.fault('hang')
    const outcome = await clientOf(server, { timeoutMs: 50 }).llm.chat(question)
    expect(outcome).toMatchObject({
      reason: 'timeout',
      message: expect.stringMatching(/within 0\.05 s.*LLM_MODEL/),
    })
    expect(server.chats).toHaveLength(1)
  })

  test('called off', async () => {
    const server = await serve()
    const stopping = new AbortController()
    server.fault('hang')
    server.answer(() => ({}))
    const under = clientOf(server).llm.chat({ ...question, signal: stopping.signal })
    stopping.abort()
    expect(await under).toMatchObject({ reason: 'aborted' })
    expect(await clientOf(server).llm.chat({ ...question, signal: stopping.signal })).toMatchObject({
      reason: 'aborted',
    })
  })

  test.each([
    ['not json', 'notJson', /chat completion; check LLM_BASE_URL, which often ends in \/v1\.$/],
    ['huge', 'tooLarge', /more than 1048576 bytes.*LLM_BASE_URL/],
    ['cut off', 'notJson', /not done after 50 tokens.*LLM_MODEL/],
    ['server error', 'serverError', /\(500: out of memory\).*LLM_MODEL/],
    ['not ready', 'busy', /\(503: loading model\).*LLM_BASE_URL/],
    ['drop', 'unreachable', /broke the connection.*LLM_BASE_URL/],
    [{ redirect: 'http://elsewhere.example/' }, 'rejected', /redirects elsewhere \(307\); set LLM_BASE_URL/],
  ] as const)('%j', async (fault, reason, message) => {
    const server = await serve()
    server.fault(fault)
    expect(await clientOf(server).llm.chat(question)).toEqual({
      kind: 'failed',
      reason,
      message: expect.stringMatching(message),
    })
  })

  test('an unknown model, a wrong path', async () => {
    const server = await serve()
    expect(await clientOf(server, { model: 'owl' }).llm.chat(question)).toMatchObject({
      reason: 'notFound',
      message: expect.stringMatching(/no model owl.*\(404: model "owl" not found\); check LLM_MODEL/),
    })
    const baseUrl = server.baseUrl.replace('/v1', '')
    expect(await clientOf(server, { baseUrl }).llm.chat(question)).toMatchObject({
      reason: 'notFound',
      message: expect.stringMatching(
        /nothing at \/chat\/completions.*LLM_BASE_URL, which often ends in \/v1/,
      ),
    })
  })

  test('a key that is missing or wrong; wrong, it is not repeated, though the server does', async () => {
    const server = await serve({ key: 'sk-right' })
    expect(await clientOf(server).llm.chat(question)).toMatchObject({
      reason: 'denied',
      message: expect.stringMatching(/wants a key.*set LLM_API_KEY\.$/),
    })
    const wrong = `sk-${'x'.repeat(300)}`
    const outcome = await clientOf(server, { apiKey: wrong }).llm.chat(question)
    expect(outcome).toMatchObject({
      reason: 'denied',
      message: expect.stringMatching(/\(401: Incorrect API key: \[key\]\); correct LLM_API_KEY\.$/),
    })
    expect(JSON.stringify(outcome)).not.toContain('xxx')
  })

  test('whatever it is, the key is not in it', async () => {
    const apiKey = 'sk-very-secret'
    const server = await serve({ key: apiKey })
    const faults = [
      'server error',
      'not ready',
      'hang',
      'huge',
      'not json',
      'cut off',
      'drop',
      'drop midway',
    ] as const
    for (const fault of faults) {
      server.fault(fault)
      const { llm } = clientOf(server, { apiKey, retries: 0, timeoutMs: fault === 'hang' ? 50 : 30_000 })
      const outcome = await llm.chat(question)
      expect(outcome.kind).toBe('failed')
      expect(JSON.stringify(outcome)).not.toContain(apiKey)
      expect(JSON.stringify(await llm.verify())).not.toContain(apiKey)
    }
    // No header can hold this one; the error of fetch repeats it.
    const broken = await clientOf(server, { apiKey: 'sk\u0100secret' }).llm.chat(question)
    expect(broken.kind).toBe('failed')
    expect(JSON.stringify(broken)).not.toContain('secret')
  })
})

describe('a check of the connection', () => {
  test('tells that the model answers', async () => {
    const server = await serve()
    server.answer(() => ({ ok: true }))
    expect(await clientOf(server).llm.verify()).toEqual({ ok: true, ms: 0 })
  })

  test('tells what is wrong', async () => {
    const server = await serve({ key: 'sk-right' })
    expect(await clientOf(server).llm.verify()).toEqual({
      ok: false,
      error: expect.stringMatching(/LLM_API_KEY/),
    })
  })
})

/** A port that nothing listens at. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
