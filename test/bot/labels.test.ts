import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { openDesk } from '../../src/jobs/index.ts'
import type { LabelledItem } from '../../src/model/index.ts'
import type { SentInteraction } from '../servers/discord-people.ts'
import { answered, asker, ideas, menus, openHouse, renderer, schedules } from './bot.ts'
import { checkBodies } from './checks.ts'

const maintainerRole = '300000000000000001'
const otherRole = '300000000000000002'
const house = await openHouse()
const { server, store, channel, items } = house
for (const id of [maintainerRole, otherRole]) server.guild.roles.push({ id, name: id, permissions: '0' })
await house.start({ maintainerRole })
afterAll(() => house.close())
const member = server.addPerson({ username: 'mia', roles: [otherRole] })
const maintainer = server.addPerson({ username: 'max', roles: [otherRole, maintainerRole] })

/** Each test has an item of its own, with two labels. */
const fresh = items.filter(({ labels }) => labels.length === 2).values()
const nextItem = (): LabelledItem => fresh.next().value!
const stored = async ({ id }: LabelledItem) => (await store.items.byIds([id]))[0]!
const said = async ({ id }: LabelledItem) =>
  (await store.feedback.list({ kind: 'label' })).filter(({ subject }) => subject === id)

/** Presses Wrong label? under /why, chooses labels, and gives what is said to that. */
async function judge(
  item: LabelledItem,
  labels: string[],
  { person = member, comment = '', at = channel } = {},
) {
  const why = await person.slash(at, 'why', { item: item.id }).reply()
  const pressed = person.press(why, 'Wrong label?')
  await pressed.modal()
  return answered(pressed.submit({ labels, comment }))
}

describe('Wrong label?', () => {
  const open: [string, (item: LabelledItem) => Promise<SentInteraction>][] = [
    [
      'under /why',
      async ({ id }) =>
        member.press(await member.slash(channel, 'why', { item: id }).reply(), 'Wrong label?'),
    ],
    [
      'in the menu of /latest',
      async () => {
        const list = await member.slash(channel, 'latest', {}).reply()
        return member.select(list, 'label', [menus(list)[0].options[0].value])
      },
    ],
    [
      'under an alert',
      async ({ id, title, url }) => {
        const post = server.addMessage(channel, '', server.bot)
        const story = { item: id, title, url, feedTitle: 'Moss AI', publishedAt: '2026-11-20T00:00:00Z' }
        const label = { direction: 'opens' as const, evidence: title, score: 0.9 }
        const idea = { idea: 'renewal', ideaName: 'Renewal', also: [] }
        post.components = renderer.alert({ ...story, ...label, ...idea }).components
        return member.press(post, 'Wrong label?')
      },
    ],
  ]

  test.each(open)(
    '%s asks for every idea and direction, with the labels it has chosen already',
    async (_, use) => {
      const newest = items.filter(({ labels }) => labels.length > 0)[0]!
      const sent = await use(newest)
      expect((await sent.answer()).type).toBe(9)
      const modal = await sent.modal()
      const item = await stored({ ...newest, id: modal.custom_id.split(':')[1] })
      const [{ component, description }] = modal.components
      expect(description).toContain(item.title.slice(0, 60))
      expect(component.options).toHaveLength(ideas.length * 3 + 1)
      const chosen = component.options.filter((one: { default?: boolean }) => one.default)
      expect(item.labels.length).toBeGreaterThan(0)
      expect(chosen.map(({ value }: { value: string }) => value).sort()).toEqual(
        item.labels.map(({ idea, direction }) => `${idea}=${direction}`).sort(),
      )
      const labels = component.options.map(({ label }: { label: string }) => label)
      expect(labels).toEqual(
        expect.arrayContaining(['Renewal · contested', 'Compute cost · closes', 'No key idea']),
      )
    },
  )
})

describe('a member’s choice', () => {
  test('is kept for maintainers, and changes no label', async () => {
    const item = nextItem()
    const { text, hidden, first } = await judge(item, ['renewal=mixed', 'compute-cost=opens'], {
      comment: 'The quota is a promise only.',
    })
    expect(text).toBe('Thank you. A maintainer will look at it; your name is not kept.')
    expect([hidden, first]).toEqual([true, 5])
    expect(await said(item)).toMatchObject([
      {
        about: item.title,
        labels: { renewal: 'mixed', 'compute-cost': 'opens' },
        comment: 'The quota is a promise only.',
      },
    ])
    expect((await stored(item)).labels).toEqual(item.labels)
    expect(await store.verdicts.list()).toEqual([])
  })

  test('of none means no key idea', async () => {
    const item = nextItem()
    await judge(item, ['none'])
    expect(await said(item)).toMatchObject([{ labels: {} }])
    expect((await stored(item)).labels).toEqual(item.labels)
  })

  test('made again replaces the first; another’s stands beside it', async () => {
    const item = nextItem()
    await judge(item, ['none'])
    await judge(item, ['renewal=closes'])
    await judge(item, ['none'], { person: server.addPerson({ username: 'noor' }) })
    expect((await said(item)).map((word) => word.kind === 'label' && word.labels)).toEqual(
      expect.arrayContaining([{ renewal: 'closes' }, {}]),
    )
    expect(await said(item)).toHaveLength(2)
  })
})

describe('a maintainer’s choice', () => {
  test('are the item’s labels from now on, with the evidence there was or its title', async () => {
    const item = nextItem()
    const [kept] = item.labels
    const other = ideas.find(({ id }) => !item.labels.some(({ idea }) => idea === id))!.id
    const { text } = await judge(item, [`${kept!.idea}=${kept!.direction}`, `${other}=mixed`], {
      person: maintainer,
    })
    expect(text).toBe('Done: these are its labels now, and the classifier learns from them.')
    const { labels } = await stored(item)
    expect(labels.toSorted((a, b) => (a.idea === other ? 1 : b.idea === other ? -1 : 0))).toMatchObject([
      { idea: kept!.idea, direction: kept!.direction, evidence: kept!.evidence, by: 'maintainer' },
      { idea: other, direction: 'mixed', evidence: item.title, by: 'maintainer' },
    ])
    expect(await said(item)).toHaveLength(1)
    const { text: why } = await answered(member.slash(channel, 'why', { item: item.id }))
    expect(why.match(/given by a maintainer/g)).toHaveLength(2)
  })

  test('of none takes all labels away', async () => {
    const item = nextItem()
    await judge(item, ['none'], { person: maintainer })
    expect((await stored(item)).labels).toEqual([])
    expect((await store.verdicts.list()).map(({ item: { id } }) => id)).toContain(item.id)
  })

  test('counts as anybody’s in direct messages, where nobody has a role', async () => {
    const item = nextItem()
    const { text } = await judge(item, ['none'], { person: maintainer, at: maintainer.dm })
    expect(text).toContain('A maintainer will look at it')
    expect((await stored(item)).labels).toEqual(item.labels)
  })

  test('counts as anybody’s where no role is set', async () => {
    const other = await openHouse()
    try {
      const { guild } = other.server
      guild.roles.push({ id: maintainerRole, name: 'maintainer', permissions: '0' })
      await other.start({ maintainerRole: null })
      const max = other.server.addPerson({ username: 'max', roles: [maintainerRole, guild.id] })
      const item = other.items.find(({ labels }) => labels.length > 0)!
      const pressed = max.press(
        await max.slash(other.channel, 'why', { item: item.id }).reply(),
        'Wrong label?',
      )
      await pressed.modal()
      expect((await answered(pressed.submit({ labels: ['none'] }))).text).toContain('A maintainer will look')
      expect(await other.store.verdicts.list()).toEqual([])
    } finally {
      await other.close()
    }
  })
})

test.each([member, maintainer])(
  'two directions for one idea are refused, nothing is stored: %#',
  async (person) => {
    const item = nextItem()
    const { text, hidden } = await judge(item, ['renewal=opens', 'compute-cost=opens', 'renewal=closes'], {
      person,
    })
    expect(text).toBe('You chose two directions for Renewal; choose one, or contested.')
    expect(hidden).toBe(true)
    expect(await said(item)).toEqual([])
    expect((await stored(item)).labels).toEqual(item.labels)
  },
)

test('ideas that have gone meanwhile are not taken for none', async () => {
  const other = await openHouse()
  onTestFinished(other.close)
  other.server.guild.roles.push({ id: maintainerRole, name: 'maintainer', permissions: '0' })
  const bot = await other.start({ maintainerRole })
  const max = other.server.addPerson({ username: 'max', roles: [maintainerRole] })
  const item = other.items.find(({ labels }) => labels.length > 0)!
  const pressed = max.press(await max.slash(other.channel, 'why', { item: item.id }).reply(), 'Wrong label?')
  await pressed.modal()
  await bot.stop()
  const way = { ...other.way, ideas: ideas.slice(1) }
  await other.start({ maintainerRole, desk: openDesk({ way, asker, secret: 's', schedules }) })
  const { text } = await answered(pressed.submit({ labels: [`${ideas[0]!.id}=opens`] }))
  expect(text).toMatch(/^The key ideas have changed meanwhile\./)
  expect(await other.store.verdicts.list()).toEqual([])
  expect(await other.store.feedback.list()).toEqual([])
})

test('an item that has gone meanwhile has no labels to change', async () => {
  const item = nextItem()
  const pressed = maintainer.press(
    await maintainer.slash(channel, 'why', { item: item.id }).reply(),
    'Wrong label?',
  )
  const modal = await pressed.modal()
  modal.custom_id = 'label:0123456789abcdef'
  const { text } = await answered(pressed.submit({ labels: ['none'] }))
  expect(text).toBe('That item is no longer stored, so its labels can’t be changed.')
})

checkBodies(40)
