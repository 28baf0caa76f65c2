import { pino } from 'pino'
import { expect, test } from 'vitest'
import { logFacts, withLogFacts } from '../../../src/lib/log/index.ts'

test('lines of one piece of work bear its facts, and each line its own alone', async () => {
  const lines: object[] = []
  const log = pino(
    { base: null, timestamp: false, mixin: logFacts },
    { write: (line) => void lines.push(JSON.parse(line)) },
  )
  log.info({ before: 1 }, 'outside')
  await withLogFacts({ run: 'one' }, async () => {
    log.info({ feed: 'a' }, 'first')
    await withLogFacts({ request: 'two' }, async () => log.info({ error: 'b' }, 'inner'))
    log.info({}, 'second')
  })
  expect(lines).toEqual([
    { level: 30, before: 1, msg: 'outside' },
    { level: 30, run: 'one', feed: 'a', msg: 'first' },
    { level: 30, run: 'one', request: 'two', error: 'b', msg: 'inner' },
    { level: 30, run: 'one', msg: 'second' },
  ])
})
