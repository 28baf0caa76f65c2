import { describe, expect, test } from 'vitest'
import type { FeedNote } from '../../src/model/index.ts'
import { onEachDatabase } from './databases.ts'
import { alert, draft, feedState, label, newItem, now, post } from './samples.ts'

const day = 86_400_000

onEachDatabase((db) => {
  describe('what feeds have brought', () => {
    test('is counted by when items were seen, digests released and alerts made', async () => {
      const brought = [
        newItem(1, { feed: 'lab' }),
        newItem(2, { feed: 'lab', firstSeenAt: now - 9 * day }),
        newItem(3, { feed: 'press' }),
        newItem(4, { feed: 'press', firstSeenAt: now - 2 * day }),
      ]
      await db.store.items.absorb(brought, feedState(), now)
      const [one, two, three] = [1, 2, 3].map((n) => newItem(n).id) as [string, string, string]
      await db.store.items.label(
        [
          { item: one, labels: [label(), label({ idea: 'compute-cost' })] },
          { item: two, labels: [label()] },
          { item: three, labels: [] },
        ],
        'model:one',
      )
      const issue = async (until: string, items: string[], at: number, release: boolean) => {
        const expectedLast = (await db.store.digests.last())?.until ?? null
        await db.store.digests.create(draft({ until }), items, { now: at, release, expectedLast })
      }
      await issue('2026-09-01T09:00:00.000Z', [three], now - 20 * day, true)
      await issue('2026-09-21T09:00:00.000Z', [one, two], now, true)
      await issue('2026-09-21T10:00:00.000Z', [newItem(4).id], now, false)
      await db.store.alerts.create(alert('a1'), [one, two, 'gone'], post(1))
      await db.store.alerts.create(alert('a2'), [one, three], post(1))
      await db.store.alerts.create(alert('a3', { madeAt: now - 9 * day }), [three], post(1))

      const week = await db.store.contributions.since(now - 7 * day)
      expect(Object.fromEntries(week)).toEqual({
        lab: { read: 1, labelled: 1, published: 2, alerts: 2 },
        press: { read: 2, labelled: 0, published: 0, alerts: 1 },
      })
      const month = await db.store.contributions.since(now - 30 * day)
      expect(Object.fromEntries(month)).toEqual({
        lab: { read: 2, labelled: 2, published: 2, alerts: 2 },
        press: { read: 2, labelled: 0, published: 1, alerts: 2 },
      })
    })

    test('is nothing where there is nothing', async () => {
      expect((await db.store.contributions.since(0)).size).toBe(0)
    })
  })

  describe('the weekly note', () => {
    const note = (week: string): FeedNote => ({
      week,
      feeds: 3,
      unread: 0,
      needs: [],
      days: 90,
      contributed: { read: 1, labelled: 1, published: 1, alerts: 1 },
      most: [],
    })
    const posts = async () =>
      (await db.store.deliveries.list({})).map((one) => `${one.post} to ${one.target}`).sort()

    test('is kept with where it goes, once a week, in place of the one before', async () => {
      expect(await db.store.notes.last()).toBeNull()
      expect(await db.store.notes.create(note('2026-09-14'), post(1, 'room'), now)).toBe(true)
      expect(await db.store.notes.create({ ...note('2026-09-14'), feeds: 9 }, post(1, 'hall'), now)).toBe(
        false,
      )
      expect(await db.store.notes.last()).toEqual(note('2026-09-14'))
      expect(await posts()).toEqual(['note 2026-09-14 to room'])
      expect(await db.store.notes.create(note('2026-09-21'), post(1, 'room'), now)).toBe(true)
      expect(await db.store.notes.create(note('2026-09-14'), post(1, 'room'), now)).toBe(false)
      expect(await db.store.notes.last()).toEqual(note('2026-09-21'))
      expect(await posts()).toEqual(['note 2026-09-14 to room', 'note 2026-09-21 to room'])
    })

    test('goes once to a place, also when two write it down at the same time', async () => {
      const other = await db.peer()
      await Promise.all(
        [db.store, other].map((store) => store.notes.create(note('2026-09-21'), post(1, 'room'), now)),
      )
      expect(await posts()).toEqual(['note 2026-09-21 to room'])
    })
  })
})
