import { describe, expect, test } from 'vitest'
import { itemId } from '../../src/model/index.ts'
import type { NewItem } from '../../src/store/index.ts'
import { onEachDatabase, rows } from './databases.ts'
import { feedState, label, newItem, now } from './samples.ts'

const day = 86_400_000

/** Item `n` under a guid, as a poll makes it. */
function guided(n: number, guid: string, changes: Partial<NewItem> = {}): NewItem {
  const identity = `guid:${guid}`
  const title = `Number ${n} of a series of articles about harbours`
  return newItem(n, {
    id: itemId(changes.feed ?? 'lab', identity),
    identity,
    title,
    revision: title,
    url: `https://lab.example/posts/${n}`,
    publishedAt: now - n * 61_000,
    ...changes,
  })
}

onEachDatabase((db) => {
  const absorb = (items: NewItem[], at = now) => db.store.items.absorb(items, feedState(), at)
  const ids = async () => (await db.store.items.list()).map(({ id }) => id).sort()
  const aliases = () =>
    rows<{ feed: string; identity: string; item: string }>(
      db.tables(),
      'select feed, identity, item from item_alias order by identity',
    )

  describe('an item that is known under another identity', () => {
    test('is rewritten where it stands, keeps its labels until it is judged anew, and is found by both', async () => {
      const first = guided(1, 'a')
      await absorb([first])
      await db.store.items.label([{ item: first.id, labels: [label()] }], 'model:one')
      const again = guided(1, 'b', { title: 'Number 1, with another title', revision: 'second' })
      expect(await absorb([again], now + day)).toEqual({ new: 0, updated: 1, stored: 1 })
      expect(await db.store.items.list()).toMatchObject([
        {
          id: first.id,
          title: again.title,
          firstSeenAt: now,
          publishedAt: first.publishedAt,
          labels: [label()],
        },
      ])
      expect(await db.store.items.toClassify('model:one', now + day, 5)).toMatchObject([{ id: first.id }])
      expect(await aliases()).toMatchObject([
        { feed: 'lab', identity: 'guid:b', item: first.id },
        { feed: 'lab', identity: expect.stringMatching(/^title:/), item: first.id },
      ])
      expect(await absorb([again], now + day)).toEqual({ new: 0, updated: 0, stored: 1 })
      expect(await absorb([first], now + day)).toMatchObject({ new: 0 })
      expect(await aliases()).toHaveLength(3)
    })

    test('is another feed’s own, though all else is the same', async () => {
      await absorb([guided(1, 'a')])
      const other = guided(1, 'a', { feed: 'press' })
      expect(await absorb([other])).toMatchObject({ new: 1 })
      expect(await ids()).toEqual([guided(1, 'a').id, other.id].sort())
    })

    test('gets no more than eight names beside its own', async () => {
      await absorb([guided(1, 'a')])
      for (let n = 0; n < 20; n++) {
        expect(await absorb([guided(1, `build ${n}`)])).toEqual({ new: 0, updated: 0, stored: 1 })
      }
      expect(await aliases()).toHaveLength(8)
    })

    test('is found by a link it had once', async () => {
      const first = guided(1, 'a')
      await absorb([first])
      const url = 'https://lab.example/elsewhere'
      const other = { title: 'Wholly other words', publishedAt: now + 5 * day }
      await absorb([{ ...first, url, canonicalUrl: url, revision: 'moved' }])
      await absorb([{ ...first, ...other, url, canonicalUrl: url, revision: 'renamed' }])
      const back = guided(1, 'z', { ...other, title: 'And others again', revision: 'back' })
      expect(await absorb([back])).toEqual({ new: 0, updated: 1, stored: 1 })
      const found = await db.store.items.idsByUrl([first.canonicalUrl!, url, 'https://lab.example/none'])
      expect([...found].map(([one, known]) => [one, new Set(known)])).toEqual([
        [first.canonicalUrl, new Set([first.id])],
        [url, new Set([first.id])],
      ])
    })

    test('takes nobody else’s place in one document', async () => {
      await absorb([guided(1, 'a')])
      const twice = [
        guided(1, 'a'),
        guided(1, 'b', { url: 'https://lab.example/2', canonicalUrl: 'https://lab.example/2' }),
      ]
      expect(await absorb(twice)).toMatchObject({ new: 1, stored: 2 })
      expect(await absorb(twice.toReversed())).toMatchObject({ new: 0, stored: 2 })
    })
  })

  test('a guid that stands for another article brings a new item, under a name of its own', async () => {
    const of = (n: number) =>
      guided(n, 'latest', { publishedAt: now + n * 3 * day, summary: titles[n]!, title: titles[n]! })
    for (const n of [0, 1, 2]) expect(await absorb([of(n)])).toMatchObject({ new: 1, stored: 1 })
    for (const n of [2, 1, 0]) expect(await absorb([of(n)])).toEqual({ new: 0, updated: 0, stored: 1 })
    const found = await rows<{ identity: string }>(db.tables(), 'select identity from item order by identity')
    expect(found.map(({ identity }) => identity)).toEqual([
      'guid:latest',
      'guid:latest|https://lab.example/posts/1',
      'guid:latest|https://lab.example/posts/2',
    ])
  })

  test('a link that several articles share is nobody’s', async () => {
    const page = 'https://lab.example/changelog'
    const of = (n: number, part = '') => {
      const url = `${page}${part}`
      return guided(n, `v${n}`, { title: titles[n]!, url, canonicalUrl: page })
    }
    expect(await absorb([of(0)])).toMatchObject({ new: 1 })
    expect(await absorb([of(1), of(0)])).toMatchObject({ new: 1 })
    expect((await db.store.items.list()).map(({ canonicalUrl }) => canonicalUrl)).toEqual([null, null])
    expect(await absorb([of(2)])).toMatchObject({ new: 1 })
    expect(await absorb([of(3, '#v3'), of(4, '#v4')])).toMatchObject({ new: 2 })
    const parts = (await db.store.items.list()).map(({ canonicalUrl }) => canonicalUrl)
    expect(parts.filter(Boolean).sort()).toEqual([`${page}#v3`, `${page}#v4`])
  })

  test('what is new is shown to whoever decides what is news, with its age in other feeds', async () => {
    await absorb([guided(1, 'a', { publishedAt: now - 40 * day }), guided(2, 'b')])
    const seen: [string, number | null][] = []
    const found = [1, 2, 3].map((n) => guided(n, `p${n}`, { feed: 'press', publishedAt: now }))
    await db.store.items.absorb(found, feedState({ feed: 'press' }), now, (arrivals) =>
      arrivals.map(({ item, knownSince }) => {
        seen.push([item.id, knownSince])
        return { ...item, baseline: knownSince !== null }
      }),
    )
    expect(seen).toEqual([
      [found[0]!.id, now - 40 * day],
      [found[1]!.id, guided(2, 'b').publishedAt],
      [found[2]!.id, null],
    ])
    const stored = (await db.store.items.list()).filter(({ feed }) => feed === 'press')
    expect(stored.filter(({ baseline }) => !baseline).map(({ id }) => id)).toEqual([found[2]!.id])
    let asked = 0
    await db.store.items.absorb(found, feedState({ feed: 'press' }), now, (arrivals) => {
      asked += arrivals.length
      return []
    })
    expect(asked).toBe(0)
  })

  test('a first date stays, one that was missing is added', async () => {
    await absorb([guided(1, 'a'), guided(2, 'b', { publishedAt: null })])
    await absorb([guided(1, 'a', { publishedAt: now + day }), guided(2, 'b', { publishedAt: now - day })])
    const dates = new Map((await db.store.items.list()).map(({ id, publishedAt }) => [id, publishedAt]))
    expect(dates.get(guided(1, 'a').id)).toBe(guided(1, 'a').publishedAt)
    expect(dates.get(guided(2, 'b').id)).toBe(now - day)
  })

  test('identities of any length are kept', async () => {
    const url = `https://lab.example/${'ü😀'.repeat(900)}`
    const long = guided(1, 'long', { url, title: '😀'.repeat(250), canonicalUrl: null })
    expect(await absorb([long])).toMatchObject({ new: 1 })
    expect(
      await absorb([{ ...long, identity: 'guid:other', id: itemId('lab', 'guid:other') }]),
    ).toMatchObject({ new: 0 })
  })

  describe('texts that terms no longer allow', () => {
    const cut = (most: number) =>
      db.store.items.cutTexts('lab', most, ({ summary }) => ({
        summary: summary.slice(0, most),
        content: '',
        revision: `cut at ${most}`,
      }))

    test('are cut, those of other feeds and short ones are not', async () => {
      const long = guided(1, 'a', { summary: 'x'.repeat(900), content: 'y'.repeat(5000) })
      const short = guided(2, 'b', { summary: 'x'.repeat(600) })
      const other = guided(3, 'c', { feed: 'press', summary: 'x'.repeat(900) })
      await absorb([long, short, other])
      expect(await cut(600)).toBe(1)
      expect(await cut(600)).toBe(0)
      const stored = new Map((await db.store.items.list()).map((item) => [item.id, item]))
      expect(stored.get(long.id)).toMatchObject({ summary: 'x'.repeat(600), content: '' })
      expect(stored.get(short.id)!.summary).toHaveLength(600)
      expect(stored.get(other.id)!.summary).toHaveLength(900)
      expect(
        await absorb([{ ...long, revision: 'cut at 600', summary: 'x'.repeat(600), content: '' }]),
      ).toMatchObject({
        updated: 0,
      })
    })

    test('take evidence with them that quotes what is gone, a maintainer’s too', async () => {
      const item = guided(1, 'a', { summary: `Nothing here. ${'x '.repeat(400)} The weights are out today.` })
      const { title } = item
      await absorb([item])
      const gone = label({ evidence: 'The weights are out today.' })
      const kept = label({ idea: 'compute-cost', evidence: 'Nothing here.' })
      await db.store.verdicts.give(item.id, [gone, kept], now)
      expect(await cut(100)).toBe(1)
      const [stored] = await db.store.items.list()
      const evidence = (labels: { idea: string; evidence: string }[]) =>
        Object.fromEntries(labels.map(({ idea, evidence }) => [idea, evidence]))
      const expected = { renewal: title, 'compute-cost': 'Nothing here.' }
      expect(evidence(stored!.labels)).toEqual(expected)
      expect(evidence((await db.store.verdicts.get(item.id))!.labels)).toEqual(expected)
      expect(await cut(0)).toBe(1)
      const [bare] = await db.store.items.list()
      expect(evidence(bare!.labels)).toEqual({ renewal: title, 'compute-cost': title })
    })

    test('are cut however many there are', async () => {
      const many = Array.from({ length: 450 }, (_, n) => guided(n, `g${n}`, { summary: 'x'.repeat(20) }))
      await absorb(many)
      expect(await cut(10)).toBe(450)
      expect((await db.store.items.list()).every(({ summary }) => summary.length === 10)).toBe(true)
    })
  })
})

const titles = [
  'Harbour Lab releases the weights of Heron',
  'Ministry funds shared compute for universities',
  'Ardmoor withdraws Petrel from its catalogue',
  'Fourteen libraries run Wrackline themselves',
  'Brontide raises the prices of accelerators',
]
