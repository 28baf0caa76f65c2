import { describe, expect, test } from 'vitest'
import { type PastStory, strongStories } from '../../src/digest/index.ts'
import { day, type LabelledItem } from '../../src/model/index.ts'
import { ideas } from '../fixtures/digests.ts'
import { weekFeeds } from '../fixtures/weeks/feeds.ts'
import { loadWeek, weekNumbers } from '../fixtures/weeks.ts'
import { feeds, type Given, item, shuffled, until } from './items.ts'

const opens: Given = { renewal: ['opens', 0.95] }
const title = 'Harbour Lab releases the weights of Heron'
const three = ['harbour-lab', 'ledgerline', 'tideline']

/** The same story in each of some feeds. */
function carried(
  by: string[],
  said = title,
  given = opens,
  part: Partial<LabelledItem> = {},
): LabelledItem[] {
  return by.map((feed) => {
    const { kind } = feeds.find(({ id }) => id === feed)!
    return item(`${feed}: ${said}`, said, given, { feed, kind, publishedAt: until - day, ...part })
  })
}

const strong = (items: LabelledItem[], past: PastStory[] = []) => strongStories({ ideas, feeds, items, past })
const titles = (items: LabelledItem[], past: PastStory[] = []) =>
  strong(items, past).map(({ story }) => story.title)

describe('a story is strong', () => {
  test('when its idea is nearly certain and three publishers carry it, not when two do', () => {
    expect(titles(carried(three))).toEqual([title])
    expect(titles(carried(three.slice(0, 2)))).toEqual([])
  })

  test('when its idea is likely and five do, not when three do', () => {
    const likely: Given = { renewal: ['opens', 0.8] }
    expect(titles(carried([...three, 'ministry', 'forum'], title, likely))).toEqual([title])
    expect(titles(carried(three, title, likely))).toEqual([])
  })

  test('by its publishers and not by their feeds', () => {
    expect(titles(carried(['harbour-lab', 'harbour-mirror', 'tideline', 'tideline-markets']))).toEqual([])
  })

  test('under the idea that it speaks for most, with those who carried it and their items', () => {
    const both: Given = { renewal: ['opens', 0.95], 'compute-cost': ['closes', 0.6] }
    const [found] = strong(carried(three, title, both))
    expect(found).toMatchObject({ idea: 'renewal', story: { direction: 'opens', ideas: ['compute-cost'] } })
    expect(found!.story.items.toSorted()).toEqual(
      carried(three)
        .map(({ id }) => id)
        .toSorted(),
    )
    expect([found!.story.feed, ...found!.story.also.map(({ feed }) => feed)].sort()).toEqual(three.toSorted())
  })

  test('not when only forums talk of it', () => {
    const forums = ['a', 'b', 'c', 'd'].map((id) => ({ ...feeds.at(-1)!, id, publisher: id }))
    const talk = forums.map(({ id }) => item(id, title, opens, { feed: id, kind: 'community' }))
    const input = { ideas, feeds: [...feeds, ...forums], past: [] }
    expect(strongStories({ ...input, items: talk })).toEqual([])
    const told = [...talk, ...carried(['harbour-lab'])]
    expect(strongStories({ ...input, items: told })).toHaveLength(1)
  })

  test('not by the round-ups that name it, nor by items of no idea that is known', () => {
    expect(titles(carried(three, `The week in brief: ${title}`))).toEqual([])
    expect(titles(carried(three, title, { 'rent-control': ['opens', 0.99] }))).toEqual([])
    expect(titles(carried(three, title, {}))).toEqual([])
  })
})

describe('a story that was told', () => {
  const past = [
    {
      issue: 3,
      items: carried(['harbour-lab', 'ledgerline'], title, opens, { publishedAt: until - 3 * day }),
    },
  ]

  test('is not told again, by its items or by others that tell the same', () => {
    expect(titles(carried(three), past)).toEqual([])
    expect(titles(carried(['ministry', 'tideline', 'forum']), past)).toEqual([])
  })

  test('is not told again as an update either: that is for the digest', () => {
    const update = `${title}, then withdraws them`
    const closes: Given = { renewal: ['closes', 0.95] }
    const items = carried(['ministry', 'tideline', 'forum'], update, closes)
    expect(titles(items)).toEqual([update])
    expect(titles(items, past)).toEqual([])
  })

  test('keeps no other from being told', () => {
    const other = 'Ministry funds shared compute for universities'
    expect(titles([...carried(three), ...carried(three, other)], past)).toEqual([other])
  })
})

describe('strong stories', () => {
  const items = [
    ...carried(three, 'Ministry funds shared compute for universities', { renewal: ['opens', 0.93] }),
    ...carried([...three, 'ministry'], 'Brontide raises accelerator prices by a quarter'),
    ...carried(three),
  ]

  test('come strongest first, in whatever order their items do', () => {
    const found = strong(items)
    expect(found.map(({ strength }) => strength)).toEqual(
      found.map(({ strength }) => strength).toSorted((a, b) => b - a),
    )
    expect(found[0]!.story.title).toContain('Brontide')
    expect(found).toHaveLength(3)
    for (const seed of [1, 2, 3]) expect(strong(shuffled(items, seed))).toEqual(found)
  })

  test('are none where nothing came in', () => {
    expect(strong([])).toEqual([])
  })

  test('of the fixture weeks are few, and none is told in two ways', () => {
    const found = weekNumbers.slice(0, 6).map((number) => {
      const week = loadWeek(number)
      const events = new Map(week.map(({ id, event }) => [id, event]))
      const told = strongStories({ ideas, feeds: weekFeeds, items: week, past: [] })
      return told.map(({ story }) => events.get(story.item))
    })
    expect(found.map(({ length }) => length)).toEqual([4, 3, 2, 2, 0, 2])
    for (const events of found) expect(new Set(events).size).toBe(events.length)
  })
})
