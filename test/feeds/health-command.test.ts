import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FeedState, unpolled } from '../../src/model/index.ts'
import { freehold } from '../service/freehold.ts'
import { draft, label, newItem } from '../store/samples.ts'
import { checkingCheckout } from './checking.ts'

const [hour, day] = [3_600_000, 86_400_000]

describe('freehold feeds health', () => {
  let at: Awaited<ReturnType<typeof checkingCheckout>>
  const ids = ['best', 'broken', 'gone', 'a-feed-with-a-very-long-name-that-nobody-would-choose-on-purpose']
  beforeAll(async () => {
    at = await checkingCheckout()
    mkdirSync(join(at.dir, 'data'), { recursive: true })
    at.list(ids.map((id) => ({ id, url: `https://${id}.example/feed` })))
  })
  afterAll(() => at.remove())

  test('says so while nothing has been read', async () => {
    expect(await at.feeds(['health'])).toMatchObject({
      code: 0,
      stdout: 'None of the 4 feeds has been read yet; npx freehold ingest --all asks them now.\n',
    })
  })

  describe('once feeds have been read', () => {
    beforeAll(async () => {
      const now = Date.now()
      await at.inStore(async (store) => {
        const put = (id: string, changes: Partial<FeedState> = {}) =>
          store.feedStates.save({
            ...unpolled(id, `https://${id}.example/feed`),
            firstPolledAt: now - 200 * day,
            lastPolledAt: now,
            lastSuccessAt: now,
            newestAt: now - day,
            itemsSeen: 3,
            nextPollAt: now + hour,
            ...changes,
          })
        await put(ids[3]!)
        await put('broken', {
          failures: 12,
          failingSince: now - 3 * day,
          lastReason: 'serverError',
          lastError: 'broken.example answered 503: it has a fault of its own, which will pass or not.',
        })
        await put('gone', { failures: 3, failingSince: now - 2 * day, lastReason: 'gone', goneTimes: 3 })
        const items = [1, 2, 3].map((n) => newItem(n, { feed: 'best', firstSeenAt: now - n * 20 * day }))
        await store.items.absorb(items, { ...unpolled('best', 'https://best.example/feed') }, now)
        await put('best')
        await store.items.label([{ item: items[0]!.id, labels: [label()] }], 'model:one')
        await store.digests.create(draft(), [items[0]!.id], { now, release: true, expectedLast: null })
      })
    })

    test('tells first what needs a hand, then what each brought, in 80 columns', async () => {
      const { code, stdout } = await at.feeds(['health'])
      expect(code).toBe(0)
      const lines = stdout.split('\n')
      expect(lines.slice(0, 3)).toEqual(['2 of 4 feeds need a hand.', '', 'gone: gone'])
      expect(stdout).toMatch(
        /\nbroken: broken\n {2}It has failed since .*, 12 times in a row: broken\.example\n/,
      )
      expect(stdout).toContain('\n  → Tell the people of broken.example, who may not know;')
      for (const line of lines) expect([...line].length, line).toBeLessThanOrEqual(80)
      const table = lines.slice(lines.findIndex((line) => line.startsWith('feed ')))
      expect(table.map((line) => line.split(/\s+/)[0])).toEqual([
        'feed',
        'gone',
        'broken',
        'best',
        expect.stringMatching(/^a-feed-with-a-very-.*…$/),
        '',
      ])
      const best = table.find((line) => line.startsWith('best'))!
      expect(best).toMatch(/^best\s+\d{4}-\d\d-\d\d\s+3\s+1\s+1\s+0$/)
      expect(lines).toContain('Brought in the last 90 days: items read, given an idea, published, in alerts.')
    })

    test('tells early what may not get well by itself, and shows a feed that is empty', async () => {
      const now = Date.now()
      at.list(
        ['page', 'void', 'slow'].map((id) => ({ id, url: `https://${id}.example/feed` })),
        'b.yaml',
      )
      await at.inStore(async (store) => {
        for (const [id, changes] of [
          [
            'page',
            { failures: 9, failingSince: now - 1000, lastReason: 'notAFeed', lastError: 'It is a web page.' },
          ],
          [
            'slow',
            { failures: 1, failingSince: now - 1000, lastReason: 'timeout', lastError: 'It took too long.' },
          ],
          ['void', { lastSuccessAt: now, firstPolledAt: now - 3 * day }],
        ] as const) {
          await store.feedStates.save({ ...unpolled(id, `https://${id}.example/feed`), ...changes })
        }
      })
      const { stdout } = await at.feeds(['health'])
      expect(stdout).toContain('\nvoid: empty\n  It answers, but has held no items since')
      expect(stdout).toMatch(
        /\nWorth a look, though it is early days, of 1 more:\n\npage: fails\n[^→]*9 times since[^→]*→ It will hardly/,
      )
      expect(stdout).toMatch(/\nNothing to be done yet about 1 more:\n\nslow: fails\n/)
      rmSync(join(at.feedsDir, 'b.yaml'))
    })

    test('counts over as many days as are asked for', async () => {
      const { stdout } = await at.feeds(['health', '--days', '30', '--json'])
      const found = JSON.parse(stdout) as Record<string, unknown>[]
      expect(found.find(({ feed }) => feed === 'best')).toMatchObject({
        enabled: true,
        failures: 0,
        error: null,
        lastSuccessAt: expect.any(Number),
        nextPollAt: expect.any(Number),
        condition: 'fine',
        needsHand: false,
        what: '',
        remedy: null,
        read: 1,
        labelled: 1,
        published: 1,
        alerts: 0,
      })
      expect(found[0]).toMatchObject({ feed: 'gone', condition: 'gone', needsHand: true })
      expect((await at.feeds(['health', '--days', '0'])).code).toBe(2)
    })

    test('is what doctor counts, and what jobs run note tells', async () => {
      const env = { ...at.env, MAINTAINERS: 'ada@example.org' }
      const run = (args: string[], more = {}) => freehold(at.dir, args, { env: { ...env, ...more } })
      // Without a wiki nothing has to be learned first.
      const doctor = (await run(['doctor'], { WIKI_DIR: join(at.dir, 'data') })).stdout
      expect(doctor).toMatch(/^! feeds +4 feeds, 0 switched off; 2 need a hand, see freehold feeds health$/m)
      expect(doctor).toMatch(/^ {14}\S/m)
      for (const line of doctor.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(80)
      expect((await run(['jobs', 'run', 'note'])).stdout).toBe(
        'note: done. A note on 2 feeds waits for 1 address or channel; npx freehold jobs\nrun deliver sends it.\n',
      )
      expect((await run(['jobs', 'run', 'note'])).stdout).toBe(
        "note: done. Nothing is sent: this week's note has gone out already.\n",
      )
      expect((await run(['jobs', 'run', 'note'], { MAINTAINERS: '' })).stdout).toMatch(/name nobody/)
      expect((await run(['jobs', 'list'])).stdout).toMatch(
        /^note .* done\s+in\s[^:]*:\s+needs\s+2,\s+places\s+0/m,
      )
    })
  })
})
