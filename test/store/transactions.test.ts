import { expect, test } from 'vitest'
import { onEachDatabase } from './databases.ts'
import { alert, draft, feedState, label, newItem, newItems, now, post, wish } from './samples.ts'

onEachDatabase((db) => {
  test('one that fails takes nothing of the others that run at the same time with it', async () => {
    await db.store.items.absorb([newItem(1)], feedState(), now)
    const broken = () =>
      db.store.items.label(
        [
          { item: newItem(1).id, labels: [label()] },
          { item: 'no such item', labels: [label()] },
        ],
        'model:one',
      )
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => [
        broken(),
        db.store.settings.getOrSet(`setting ${n}`, () => String(n)),
        db.store.feedStates.save(feedState({ feed: `feed ${n}` })),
      ]).flat(),
    )
    const refused = results.filter((result) => result.status === 'rejected')
    expect(refused).toHaveLength(20)
    for (const { reason } of refused) expect(String(reason)).toMatch(/foreign key/i)
    expect(await db.store.feedStates.all()).toHaveLength(21)
    const kept = Array.from({ length: 20 }, (_, n) =>
      db.store.settings.getOrSet(`setting ${n}`, () => 'lost'),
    )
    expect(await Promise.all(kept)).toEqual(Array.from({ length: 20 }, (_, n) => String(n)))
    expect((await db.store.items.list())[0]!.labels).toEqual([])
  })

  test('all of them at the same time come to an end', async () => {
    const { items, digests, deliveries, subscribers, jobRuns, channels, alerts, posts } = db.store
    await items.absorb([newItem(1)], feedState(), now)
    await digests.create(draft(), ['item'], { now, release: true, expectedLast: null })
    const work = Array.from({ length: 12 }, (_, n) => [
      items.absorb(
        newItems(5, { feed: `feed ${n}` }).map((item, i) => ({ ...item, id: `${n} ${i}` })),
        feedState({ feed: `feed ${n}` }),
        now,
      ),
      items.label([{ item: newItem(1).id, labels: [label()] }], `model:${n}`),
      items.list(),
      digests.create(draft(), [], { now, release: true, expectedLast: null }),
      deliveries.prepare(1, [{ medium: 'email', target: String(n), part: 0 }], now),
      deliveries.claim({ medium: 'email', owner: String(n), now, leaseMs: 1000, limit: 5 }),
      deliveries.recover(now),
      subscribers.add(`${n}@example.org`, { confirmed: true, now }),
      subscribers.forget(`${n - 1}@example.org`, `hash ${n}`, now),
      jobRuns.begin('ingest', { owner: String(n), now, leaseMs: 1000 }),
      jobRuns.prune(now),
      channels.subscribe(wish(n % 3)),
      channels.noteFailure(`channel ${n % 3}`, 'gone', { pauseAt: 3, now }),
      channels.guildsPresent(['guild 1'], now),
      channels.forgetGuilds(now),
      alerts.create(alert('one'), [], post(2)),
      posts.cancelFor('channel 0', 'gone', now),
      posts.dropBacklog(now, now),
      db.store.ping(),
    ]).flat()
    const results = await Promise.allSettled(work)
    expect(results.filter((result) => result.status === 'rejected')).toEqual([])
    expect(await items.count()).toBe(61)
    expect(await digests.count()).toBe(1)
    expect(await deliveries.list({ digest: 1 })).toHaveLength(1)
    expect(await deliveries.list({ medium: 'discord' })).toHaveLength(2)
    expect(await channels.list()).toHaveLength(3)
  })

  test('counts are numbers on every database', async () => {
    await db.store.items.absorb([newItem(1)], feedState(), now)
    await db.store.items.label([{ item: newItem(1).id, labels: [label()] }], 'model:one')
    await db.store.digests.create(draft(), [], { now, release: true, expectedLast: null })
    await db.store.subscribers.add('ada@example.org', { confirmed: true, now })
    await db.store.deliveries.prepare(1, [{ medium: 'email', target: 'ada', part: 0 }], now)
    expect(await db.store.items.count()).toBe(1)
    expect(await db.store.items.countLabelled()).toBe(1)
    expect(await db.store.digests.count()).toBe(1)
    expect((await db.store.subscribers.count()).confirmed).toBe(1)
    expect(await db.store.deliveries.countDue(now)).toBe(1)
    expect(await db.store.deliveries.counts()).toEqual([{ medium: 'email', state: 'pending', n: 1 }])
    await db.store.alerts.create(alert('one'), [], post(1))
    const wanted = { idea: null, direction: null, since: 0 }
    expect(await db.store.items.countBearing(wanted)).toBe(1)
    expect(await db.store.channels.waitingFor('channel')).toBe(1)
    expect(await db.store.posts.alertsSince(0)).toEqual(new Map([['channel', 1]]))
    expect(await db.store.posts.countDone('channel', 'message', 0)).toBe(0)
    expect(await db.store.posts.cancelFor('channel', 'gone', now)).toBe(1)
    expect(await db.store.posts.lookAgain({ lost: 0, before: now }, now)).toBe(0)
    expect(await db.store.posts.dropBacklog(now, now)).toBe(0)
    expect(await db.store.suggestions.record('key', 'https://x/', now)).toBe(1)
    expect(await db.store.answers.prune(now)).toBe(0)
    expect(await db.store.channels.forgetGuilds(now)).toBe(0)
  })

  test('a store that is closed says so', async () => {
    const store = await db.open()
    await store.ping()
    await store.close()
    await expect(store.ping()).rejects.toThrow(/destroyed/)
    await db.store.ping()
  })
})
