import { describe, expect, test } from 'vitest'
import { onEachDatabase } from './databases.ts'
import { feedState, label, newItem, newItems, now } from './samples.ts'

onEachDatabase((db) => {
  const absorb = (items = newItems(3), at = now) => db.store.items.absorb(items, feedState(), at)
  const ids = (items: { id: string }[]) => items.map((item) => item.id)

  describe('absorbing what a poll brought', () => {
    test('stores new items as they are, and the state of their feed with them', async () => {
      const items = [
        newItem(1),
        newItem(2, { url: null, canonicalUrl: null, publishedAt: null, baseline: true }),
      ]
      expect(await absorb(items)).toMatchObject({ new: 2, updated: 0 })
      const stored = await db.store.items.list()
      expect(stored).toEqual(items.map(({ identity: _, revision: __, ...item }) => ({ ...item, labels: [] })))
      expect(await db.store.feedStates.get('lab')).toEqual(feedState())
    })

    test('keeps any text to the letter', async () => {
      const title = `'"; drop table item; -- %_\\ 🦉 日本語 e\u0301\n\ttab`
      await absorb([newItem(1, { title, content: 'x'.repeat(300_000) })])
      const [item] = await db.store.items.list()
      expect(item!.title).toBe(title)
      expect(item!.content).toHaveLength(300_000)
    })

    test('changes nothing when the same text comes again', async () => {
      await absorb()
      await db.store.items.label([{ item: newItem(0).id, labels: [label()] }], 'model:one')
      const before = await db.store.items.list()
      const again = newItems(3, { firstSeenAt: now + 5000, publishedAt: now + 5000, baseline: true })
      expect(await absorb(again, now + 5000)).toMatchObject({ new: 0, updated: 0 })
      expect(await db.store.items.list()).toEqual(before)
      expect(ids(await db.store.items.toClassify('model:one', 0, 10))).toEqual([newItem(1).id, newItem(2).id])
    })

    test('rewrites an item whose text changed; when it was first seen stays, and so does baseline', async () => {
      await absorb([newItem(1, { baseline: true })])
      const change = {
        revision: 'second text',
        title: 'Post 1, corrected',
        summary: 'Other words.',
        content: 'Longer words.',
        url: 'https://lab.example/moved/1',
        canonicalUrl: 'https://lab.example/moved/1',
        language: 'fr',
      }
      const later = { firstSeenAt: now + 9000, baseline: false }
      expect(await absorb([newItem(1, { ...change, ...later })], now + 9000)).toMatchObject({
        new: 0,
        updated: 1,
      })
      const { revision: _, ...shown } = change
      expect(await db.store.items.list()).toMatchObject([{ ...shown, firstSeenAt: now, baseline: true }])
    })

    test('has an item judged again after its text changed, though its model is the same and the period closed', async () => {
      await absorb()
      const verdicts = newItems(3).map((item) => ({ item: item.id, labels: [label()] }))
      await db.store.items.label(verdicts, 'model:one')
      expect(await db.store.items.toClassify('model:one', now + 1, 10)).toEqual([])
      await absorb([newItem(1, { revision: 'second text' })])
      expect(ids(await db.store.items.toClassify('model:one', now + 1, 10))).toEqual([newItem(1).id])
    })

    test('takes one of an id that comes twice, each time the same one', async () => {
      const twice = [newItem(1, { revision: 'a', summary: 'A' }), newItem(1, { revision: 'b', summary: 'B' })]
      expect(await absorb(twice)).toMatchObject({ new: 1, updated: 0 })
      const [first] = await db.store.items.list()
      expect(await absorb(twice)).toMatchObject({ new: 0, updated: 0 })
      expect(await absorb(twice)).toMatchObject({ new: 0, updated: 0 })
      expect(await db.store.items.list()).toEqual([first])
    })

    test('takes more than a thousand at once', async () => {
      const many = newItems(1100)
      expect(await absorb([...many, newItem(3)])).toMatchObject({ new: 1100, updated: 0 })
      expect(await db.store.items.count()).toBe(1100)
      const mixed = [
        ...many.slice(0, 550).map((item) => ({ ...item, revision: 'second text' })),
        ...many.slice(550),
        newItem(5000),
      ]
      expect(await absorb(mixed)).toMatchObject({ new: 1, updated: 550 })
      expect(await db.store.items.list()).toHaveLength(1101)
    })

    test('stores all of a poll or nothing, its feed state included', async () => {
      const broken = newItems(450)
      broken[449] = { ...broken[449]!, title: null as unknown as string }
      await expect(absorb(broken)).rejects.toThrow(/null/i)
      expect(await db.store.items.count()).toBe(0)
      expect(await db.store.feedStates.get('lab')).toBeNull()
    })

    test('is not stopped by a NUL in what a feed sends', async () => {
      const odd = newItem(1, { identity: 'guid:a\0b', title: 'Nul \0 in it' })
      expect(await absorb([odd, newItem(2)])).toMatchObject({ new: 2, updated: 0 })
      expect(await absorb([odd, newItem(2)])).toMatchObject({ new: 0, updated: 0 })
    })

    test('leaves an item to be judged anew when its text changed while it was judged', async () => {
      await db.store.items.absorb([newItem(0)], feedState(), now)
      const [before] = await db.store.items.toClassify('model:one', 0, 10)
      await db.store.items.absorb(
        [newItem(0, { revision: 'second text', title: 'Changed' })],
        feedState(),
        now + 1,
      )
      const verdict = { item: before!.id, revision: before!.revision, labels: [label()] }
      await db.store.items.label([verdict], 'model:one')
      expect((await db.store.items.toClassify('model:one', 0, 10)).map((item) => item.title)).toEqual([
        'Changed',
      ])
      expect((await db.store.items.list())[0]!.labels).toEqual([])
    })

    test('counts an item once when two bring it at the same time', async () => {
      const other = await db.peer()
      const polls = await Promise.all([
        absorb(newItems(250)),
        other.items.absorb(newItems(250), feedState(), now),
      ])
      expect(polls.reduce((sum, poll) => sum + poll.new, 0)).toBe(250)
      expect(await db.store.items.count()).toBe(250)
    })
  })

  describe('choosing what to classify', () => {
    test('gives what was never judged, oldest first, no more than asked for', async () => {
      await absorb([
        newItem(1, { firstSeenAt: now }),
        newItem(2, { firstSeenAt: now - 2000 }),
        newItem(3, { firstSeenAt: now - 1000 }),
      ])
      expect(ids(await db.store.items.toClassify('model:one', now + 1, 10))).toEqual(
        ids([newItem(2), newItem(3), newItem(1)]),
      )
      expect(ids(await db.store.items.toClassify('model:one', now + 1, 2))).toEqual(
        ids([newItem(2), newItem(3)]),
      )
    })

    test('does not ask again about an item in which nothing was found', async () => {
      await absorb([newItem(1)])
      await db.store.items.label([{ item: newItem(1).id, labels: [] }], 'model:one')
      expect(await db.store.items.toClassify('model:one', 0, 10)).toEqual([])
    })

    test('after a change of model judges again only what the open period saw', async () => {
      await absorb([
        newItem(1, { firstSeenAt: now - 1 }),
        newItem(2, { firstSeenAt: now }),
        newItem(3, { firstSeenAt: now + 1 }),
        newItem(4, { firstSeenAt: now - 5000 }),
      ])
      const judged = [newItem(1), newItem(2), newItem(3)].map((item) => ({ item: item.id, labels: [] }))
      await db.store.items.label(judged, 'model:one')
      const open = await db.store.items.toClassify('model:two', now, 10)
      expect(ids(open)).toEqual(ids([newItem(4), newItem(2), newItem(3)]))
    })
  })

  describe('labelling', () => {
    const item = newItem(1).id
    const labelsNow = async () => (await db.store.items.list({})).find((found) => found.id === item)!.labels

    test('gives labels back whole, the surest first', async () => {
      await absorb([newItem(1), newItem(2)])
      const sure = label({ idea: 'compute-cost', direction: 'closes', score: 1 })
      const unsure = label({ idea: 'renewal', direction: 'mixed', score: 0.123456789012 })
      await db.store.items.label([{ item, labels: [unsure, sure] }], 'model:one')
      expect(await labelsNow()).toEqual([sure, unsure])
    })

    test('replaces what a model gave before', async () => {
      await absorb([newItem(1)])
      await db.store.items.label([{ item, labels: [label(), label({ idea: 'compute-cost' })] }], 'model:one')
      const later = label({ idea: 'compute-cost', direction: 'closes', by: 'llm:two' })
      await db.store.items.label([{ item, labels: [later] }], 'llm:two')
      expect(await labelsNow()).toEqual([later])
      await db.store.items.label([{ item, labels: [] }], 'model:three')
      expect(await labelsNow()).toEqual([])
    })

    test('writes all of a batch or nothing', async () => {
      await absorb([newItem(1)])
      await db.store.items.label([{ item, labels: [label()] }], 'model:one')
      const batch = [
        { item, labels: [label({ by: 'model:two' })] },
        { item: 'no such item', labels: [label({ by: 'model:two' })] },
      ]
      await expect(db.store.items.label(batch, 'model:two')).rejects.toThrow(/foreign key/i)
      expect(await labelsNow()).toEqual([label()])
      expect(ids(await db.store.items.toClassify('model:two', 0, 10))).toEqual([item])
    })

    test('counts items, not labels', async () => {
      await absorb()
      const both = [label(), label({ idea: 'compute-cost' })]
      await db.store.items.label([{ item, labels: both }], 'model:one')
      expect(await db.store.items.countLabelled()).toBe(1)
      expect(await db.store.items.count()).toBe(3)
    })
  })

  describe('listing', () => {
    test('is newest first: by first sight, then by own date, undated last', async () => {
      await absorb([
        newItem(1, { firstSeenAt: now - 1, publishedAt: now }),
        newItem(2, { publishedAt: null }),
        newItem(3, { publishedAt: now - 20 }),
        newItem(4, { publishedAt: now - 10 }),
        newItem(5, { publishedAt: now - 10 }),
      ])
      const order = [newItem(4), newItem(5), newItem(3), newItem(2), newItem(1)]
      expect(ids(await db.store.items.list())).toEqual(ids(order))
      expect(ids(await db.store.items.list({ limit: 3 }))).toEqual(ids(order.slice(0, 3)))
    })

    test('of a period includes its beginning and leaves out its end', async () => {
      await absorb([1, 2, 3, 4].map((n) => newItem(n, { firstSeenAt: now + n })))
      expect(ids(await db.store.items.list({ since: now + 2, until: now + 4 }))).toEqual(
        ids([newItem(3), newItem(2)]),
      )
    })

    test('of an idea has only its items, with all their labels', async () => {
      await absorb()
      const both = [label({ score: 0.9 }), label({ idea: 'compute-cost', score: 0.5 })]
      await db.store.items.label(
        [
          { item: newItem(0).id, labels: both },
          { item: newItem(1).id, labels: [label()] },
        ],
        'model:one',
      )
      const found = await db.store.items.list({ idea: 'compute-cost' })
      expect(ids(found)).toEqual([newItem(0).id])
      expect(found[0]!.labels).toEqual(both)
      expect(await db.store.items.list({ idea: 'disciplinary-floor' })).toEqual([])
    })

    test('can leave out the silent baseline', async () => {
      await absorb([newItem(1, { baseline: true }), newItem(2)])
      expect(ids(await db.store.items.list({ newsOnly: true }))).toEqual([newItem(2).id])
      expect(await db.store.items.list({ newsOnly: false })).toHaveLength(2)
    })

    test('for the balance goes by own date, else first sight; labelled only, baseline too', async () => {
      const period = { since: now, until: now + 100 }
      await absorb([
        newItem(1, { publishedAt: now - 1, firstSeenAt: now + 50 }),
        newItem(2, { publishedAt: now, firstSeenAt: now + 500, baseline: true }),
        newItem(3, { publishedAt: null, firstSeenAt: now + 99 }),
        newItem(4, { publishedAt: null, firstSeenAt: now + 100 }),
        newItem(5, { publishedAt: now + 10, firstSeenAt: now + 50 }),
      ])
      const labelled = [1, 2, 3, 4].map((n) => ({ item: newItem(n).id, labels: [label()] }))
      await db.store.items.label([...labelled, { item: newItem(5).id, labels: [] }], 'model:one')
      const found = await db.store.items.labelledBetween(period)
      expect(ids(found)).toEqual(ids([newItem(2), newItem(3)]))
      expect(found[0]!.labels).toEqual([label()])
    })

    test('by their ids come those that are stored, with their labels', async () => {
      await absorb([newItem(1), newItem(2)])
      await db.store.items.label([{ item: newItem(2).id, labels: [label()] }], 'model:one')
      const found = await db.store.items.byIds([newItem(2).id, 'gone', newItem(1).id])
      expect(found.map((item) => [item.id, item.labels.length]).sort()).toEqual([
        [newItem(1).id, 0],
        [newItem(2).id, 1],
      ])
      expect(await db.store.items.byIds([])).toEqual([])
    })

    test('the dates of each feed come newest first, its own date before first sight', async () => {
      await absorb([
        newItem(1, { publishedAt: now - 50 }),
        newItem(2, { publishedAt: null, firstSeenAt: now - 10 }),
        newItem(3, { feed: 'press', publishedAt: now - 30 }),
        newItem(4, { publishedAt: now - 500 }),
      ])
      expect(await db.store.items.datesByFeed(now - 100)).toEqual(
        new Map([
          ['lab', [now - 10, now - 50]],
          ['press', [now - 30]],
        ]),
      )
    })
  })
})
