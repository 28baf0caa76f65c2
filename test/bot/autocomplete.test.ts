import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { openDesk } from '../../src/jobs/index.ts'
import { hostile, ideas as sampleIdeas } from '../fixtures/digests.ts'
import { permission } from '../servers/discord-permissions.ts'
import { answered, asker, type House, ideas, openHouse, schedules, thisWeek } from './bot.ts'
import { checkBodies } from './checks.ts'

const house = await openHouse()
await house.start()
afterAll(() => house.close())
const boss = addBoss(house)
const names = ideas.map(({ name }) => name)
const ids = ideas.map(({ id }) => id)

/** Somebody who manages the server and so sees every command. */
function addBoss({ server, channel }: House) {
  const role = { id: '200000000000000001', name: 'boss', permissions: String(permission.manageGuild) }
  server.guild.roles.push(role)
  const person = server.addPerson({ username: 'olga', roles: [role.id] })
  return {
    person,
    /** What is offered for an option that holds this so far. */
    type: (command: string, option: string, typed: string, others = {}) =>
      person.type(channel, command, { ...others, [option]: typed }, option).choices(),
  }
}

describe('a concept', () => {
  test('is found by an alias, which is shown, and by a part of it', async () => {
    expect(await boss.type('concept', 'name', 'ostr')).toContainEqual({
      name: 'Ostrom',
      value: 'elinor-ostrom',
    })
    expect(await boss.type('concept', 'name', 'PRICE disc')).toEqual([
      { name: 'price discipline', value: 'disciplinary-floor' },
    ])
  })

  test('comes first where its name begins so, and once', async () => {
    const found = await boss.type('concept', 'name', 'open')
    const begin = found.map(({ name }) => name.toLowerCase().startsWith('open'))
    expect(begin).toEqual(begin.toSorted((a, b) => Number(b) - Number(a)))
    expect(begin).toContain(true)
    expect(begin).toContain(false)
    expect(new Set(found.map(({ value }) => value)).size).toBe(found.length)
  })

  test('is offered before anything is typed, and none for what there is not', async () => {
    const all = await boss.type('concept', 'name', '')
    expect(all).toHaveLength(25)
    expect(all[0]).toMatchObject({ value: expect.stringMatching(/^[a-z-]+$/) })
    for (const odd of ['xyzzy', '%', '\\', 'x'.repeat(6000), '@everyone']) {
      expect(await boss.type('concept', 'name', odd)).toEqual([])
    }
  })

  test('that was picked is the one that is shown', async () => {
    const [first] = await boss.type('concept', 'name', 'landlord')
    const { text } = await answered(boss.person.slash(house.channel, 'concept', { name: first!.value }))
    expect(text).toContain('/wiki/platform-landlord)')
  })
})

test('an idea is found by its name and its id', async () => {
  expect(await boss.type('latest', 'idea', '')).toEqual(ids.map((value, at) => ({ name: names[at], value })))
  expect(await boss.type('latest', 'idea', ' Compute C')).toEqual([
    { name: 'Compute cost', value: 'compute-cost' },
  ])
  expect(await boss.type('latest', 'idea', 'economic-')).toEqual([
    { name: 'Economic function', value: 'economic-function' },
  ])
})

describe('lists with commas', () => {
  test('begin with all, and each by itself', async () => {
    const [all, ...each] = await boss.type('subscribe', 'ideas', '')
    expect(all).toEqual({ name: 'All', value: 'all' })
    expect(each).toEqual(ids.map((value, at) => ({ name: names[at], value })))
    expect(await boss.type('subscribe', 'directions', '')).toEqual(
      ['all', 'opens', 'closes', 'mixed'].map((value) => ({ name: value === 'all' ? 'All' : value, value })),
    )
  })

  test('keep what stands there, by id or name, and offer each of the others to it', async () => {
    const found = await boss.type('subscribe', 'ideas', 'Compute cost, renewal,')
    expect(found).toEqual([
      { name: 'Renewal, Compute cost', value: 'renewal,compute-cost' },
      { name: 'Renewal, Compute cost, Disciplinary floor', value: 'renewal,compute-cost,disciplinary-floor' },
      {
        name: 'Renewal, Compute cost, Institutional support',
        value: 'renewal,compute-cost,institutional-support',
      },
      { name: 'Renewal, Compute cost, Economic function', value: 'renewal,compute-cost,economic-function' },
    ])
  })

  test('narrow what is offered by the part that is being typed', async () => {
    expect(await boss.type('subscribe', 'ideas', 'renewal, eco')).toEqual([
      { name: 'Renewal, Economic function', value: 'renewal,economic-function' },
    ])
    expect(await boss.type('subscribe', 'directions', 'opens,m')).toEqual([
      { name: 'opens, mixed', value: 'opens,mixed' },
    ])
    expect(await boss.type('subscribe', 'ideas', 'renewal, xyzzy')).toEqual([])
  })

  test('hold all that there is at once', async () => {
    const [found] = await boss.type('subscribe', 'ideas', `${ids.join(',')},`)
    expect(found).toEqual({ name: names.join(', '), value: ids.join(',') })
  })
})

describe('an item', () => {
  const titled = (typed: string) => boss.type('why', 'item', typed)

  test('is found by words of its title, in any order and case, the newest first', async () => {
    const found = await titled('models OPEN')
    const fitting = house.items.filter(({ title }) => /open/i.test(title) && /models/i.test(title))
    expect(found.length).toBeGreaterThan(1)
    expect(new Set(found.map(({ value }) => value))).toEqual(
      new Set(fitting.slice(0, 25).map(({ id }) => id)),
    )
    expect(found[0]!.name).toMatch(/ · [A-Z]/)
  })

  test('is offered before anything is typed; % and _ are letters', async () => {
    expect(await titled('')).toHaveLength(25)
    const percent = house.items.filter(({ title }) => title.includes('%'))
    expect((await titled('%')).map(({ value }) => value).sort()).toEqual(percent.map(({ id }) => id).sort())
    expect(await titled('_')).toEqual([])
  })

  test('that was picked is the one that is explained', async () => {
    const [first] = await titled('lichen 2 technical')
    const { text } = await answered(boss.person.slash(house.channel, 'why', { item: first!.value }))
    expect(text).toContain('**[Lichen 2 technical report](')
  })
})

test('hostile titles stay within the limits, in one line and in whole characters', async () => {
  const titles = [
    ...Object.values(hostile),
    ...[97, 98, 99, 100, 101].map((length) => `${'x'.repeat(length)}😀😀`),
    ...['', ' \u200B ', '\n\n', '\uD83D broken \uDE00', 'long '.repeat(400), '👩‍👩‍👧‍👦'.repeat(30)],
    ...Array.from({ length: 20 }, (_, index) => `Story ${index}`),
  ]
  const [item] = thisWeek()
  const items = titles.map((title, index) => ({
    ...item!,
    id: (0xabc000 + index).toString(16).padStart(16, '0'),
    title,
    feed: index % 2 ? 'moss-ai' : 'gone-since',
  }))
  const other = await openHouse({ items })
  onTestFinished(other.close)
  await other.start()
  const { type } = addBoss(other)
  const seen = new Set<string>()
  for (const typed of ['', 'x', 'long', 'broken', '👩', '@', 'script', 'bold', 'red', 'Subject', 'story 1']) {
    const found = await type('why', 'item', typed)
    expect(found.length).toBeLessThanOrEqual(25)
    for (const { name, value } of found) {
      expect(name.length).toBeLessThanOrEqual(100)
      expect(name.isWellFormed(), JSON.stringify(name)).toBe(true)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
      expect(name).toMatch(/^[^\x00-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]+$/)
      seen.add(String(value))
    }
  }
  expect(seen.size).toBeGreaterThan(30)
})

test('many ideas with long names stay within the limits', async () => {
  const many = Array.from({ length: 60 }, (_, index) => ({
    ...sampleIdeas[0]!,
    id: `idea-${index}-${'long-'.repeat(index % 7)}id`,
    name: `Idea ${index} ${'of very many words '.repeat(index % 9)}`.trim(),
    order: index,
  }))
  const other = await openHouse({ items: [] })
  onTestFinished(other.close)
  const way = { ...other.way, ideas: many }
  await other.start({ desk: openDesk({ way, asker, secret: 's', schedules }) })
  const { type } = addBoss(other)
  const lists = [
    '',
    'idea-1-long-id,',
    many
      .slice(0, 4)
      .map(({ id }) => id)
      .join(','),
    'all,',
    ',,,',
    'idea',
  ]
  for (const typed of [...lists, many.map(({ id }) => id).join(',')]) {
    const found = await type('subscribe', 'ideas', typed)
    expect(found.length).toBeLessThanOrEqual(25)
    for (const { name, value } of found) {
      expect(name.length).toBeLessThanOrEqual(100)
      expect(String(value).length).toBeLessThanOrEqual(100)
    }
  }
  expect(await type('latest', 'idea', '')).toHaveLength(25)
  expect(await type('subscribe', 'ideas', 'idea-1-long-id,')).toHaveLength(25)
})

checkBodies(40)
