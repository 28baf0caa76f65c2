import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { createParsePool, type ParsePool, type ParsePoolOptions } from '../../src/ingest/index.ts'
import { until } from '../service/until.ts'
import { rss, rssItem } from './documents.ts'

const pools: ParsePool[] = []

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()))
})

function pool(options?: ParsePoolOptions): ParsePool {
  const made = createParsePool(options)
  pools.push(made)
  return made
}

const job = (body: string, url = 'https://example.org/feed.xml') => ({
  body: Buffer.from(body),
  contentType: null,
  url,
})

/** A worker that does what the URL of its job says. */
const script = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads'
    const hoard = []
    parentPort.on('message', ({ url }) => {
      if (url === 'hang') for (;;) {}
      if (url === 'backtrack') /^(a+)+$/.test('a'.repeat(60) + 'b')
      if (url === 'hoard') for (;;) hoard.push(Array.from({ length: 1000 }, () => ({})))
      if (url === 'throw') throw new Error('out of order')
      if (url === 'exit') process.exit(3)
      parentPort.postMessage({ kind: 'feed', title: url, language: null, items: [], total: 0 })
    })`)}`,
)

test('parses in a worker', async () => {
  const outcome = await pool().parse({
    body: Buffer.from(rss(rssItem(1, { title: 'Gr\u00f6\u00dfe' })), 'latin1'),
    contentType: 'text/xml; charset=iso-8859-1',
    url: 'https://example.org/feed.xml',
  })
  expect(outcome).toMatchObject({
    kind: 'feed',
    title: 'A feed',
    items: [{ title: 'Größe', url: 'https://example.org/1' }],
  })
})

test('answers each of many jobs with its own outcome', async () => {
  const parser = pool({ size: 2 })
  const outcomes = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => parser.parse(job(rss(rssItem(n))))))
  expect(outcomes.map((outcome) => outcome.kind === 'feed' && outcome.items[0]?.title)).toEqual(
    [1, 2, 3, 4, 5, 6].map((n) => `Title ${n}`),
  )
})

test.each(['hang', 'backtrack'])(
  'ends a parser that does not end, and goes on with the next feed: %s',
  async (how) => {
    const parser = pool({ script, timeLimitMs: 500 })
    const [stuck, next] = await Promise.all([parser.parse(job('', how)), parser.parse(job('', 'next'))])
    expect(stuck).toMatchObject({ kind: 'failed', reason: 'parseTimeout' })
    expect(next).toMatchObject({ kind: 'feed', title: 'next' })
  },
)

test('ends a parser that uses too much memory, and goes on with the next feed', async () => {
  const parser = pool({ script, memoryLimitMb: 32 })
  const [greedy, next] = await Promise.all([parser.parse(job('', 'hoard')), parser.parse(job('', 'next'))])
  expect(greedy).toMatchObject({ kind: 'failed', reason: 'parseMemory' })
  expect(next).toMatchObject({ kind: 'feed', title: 'next' })
})

test.each(['throw', 'exit'])(
  'survives a worker that breaks, and goes on with the next feed: %s',
  async (how) => {
    const parser = pool({ script })
    const [broken, next] = await Promise.all([parser.parse(job('', how)), parser.parse(job('', 'next'))])
    expect(broken).toMatchObject({ kind: 'failed', reason: 'malformed' })
    expect(next).toMatchObject({ kind: 'feed', title: 'next' })
  },
)

test('holds the real parser to its memory limit', async () => {
  const parser = pool({ memoryLimitMb: 24 })
  const items = Array.from({ length: 40_000 }, (_, n) => rssItem(n)).join('')
  expect(await parser.parse(job(rss(items)))).toMatchObject({ kind: 'failed', reason: 'parseMemory' })
})

test('answers what is open when it is closed, and everything after', async () => {
  const parser = pool({ script })
  const open = Promise.all([parser.parse(job('', 'hang')), parser.parse(job('', 'waiting'))])
  await parser.close()
  const after = await parser.parse(job('', 'late'))
  expect([...(await open), after].map(({ kind }) => kind)).toEqual(['failed', 'failed', 'failed'])
})

test('does not keep a process alive that is done with it', async () => {
  const module = new URL('../../src/ingest/index.ts', import.meta.url)
  const program = `
    import { createParsePool } from ${JSON.stringify(module.href)}
    const outcome = await createParsePool().parse({ body: Buffer.from(${JSON.stringify(rss(rssItem(1)))}), contentType: null, url: 'https://e.org/' })
    console.log(outcome.items[0].title)`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
  expect(stdout.trim()).toBe('Title 1')
})

test.each([
  ['hang', 'parseTimeout'],
  ['throw', 'malformed'],
  ['exit', 'malformed'],
])('a body that makes the worker %s takes no other with it', async (fault, reason) => {
  const parser = pool({ script, timeLimitMs: 600 })
  const names = Array.from({ length: 30 }, (_, n) => (n % 10 === 4 ? fault : `feed ${n}`))
  const outcomes = await Promise.all(names.map((name) => parser.parse(job('', name))))
  expect(outcomes.map((outcome) => (outcome.kind === 'feed' ? outcome.title : outcome.reason))).toEqual(
    names.map((name) => (name === fault ? reason : name)),
  )
})

test('each body has its own time, however many lie before it', async () => {
  const slow = new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort } from 'node:worker_threads'
      parentPort.on('message', ({ url }) => {
        const end = performance.now() + 100
        while (performance.now() < end);
        parentPort.postMessage({ kind: 'feed', title: url, language: null, items: [], total: 0 })
      })`)}`,
  )
  const parser = pool({ script: slow, timeLimitMs: 700 })
  const outcomes = await Promise.all(Array.from({ length: 12 }, (_, n) => parser.parse(job('', `feed ${n}`))))
  expect(outcomes.every(({ kind }) => kind === 'feed')).toBe(true)
})

test('a worker that nobody needs is ended, and the next feed gets another', async () => {
  const naming = new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort, threadId } from 'node:worker_threads'
      parentPort.on('message', () =>
        parentPort.postMessage({ kind: 'feed', title: String(threadId), language: null, items: [], total: 0 }))`)}`,
  )
  const parser = pool({ script: naming, idleMs: 1 })
  const worker = async () => {
    const outcome = await parser.parse(job(''))
    return outcome.kind === 'feed' ? outcome.title : outcome.message
  }
  const first = await worker()
  const other = await until(async () => {
    const now = await worker()
    return now === first ? null : now
  })
  expect([first, other]).toEqual([expect.stringMatching(/^\d+$/), expect.stringMatching(/^\d+$/)])
})
