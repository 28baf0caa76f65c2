import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type Direction, day, effectiveDate } from '../../src/model/index.ts'
import { weekFeeds } from '../fixtures/weeks/feeds.ts'
import type { TestPerson } from '../servers/discord-people.ts'
import type { StoredMessage } from '../servers/discord-server.ts'
import { answered, answering, buttons, ideas, menus, openHouse, pageOf, said, site } from './bot.ts'
import { checkBodies } from './checks.ts'

const house = await openHouse()
await house.start()
afterAll(() => house.close())
const { server, store, channel, items } = house
const { now } = house.way
const anna = server.addPerson({ username: 'anna' })
const bert = server.addPerson({ username: 'bert' })
const run = (name: string, options = {}) => answered(anna.slash(channel, name, options))

/** The stored items that bear on something, as they should be listed. */
function bearing(idea: string | null, direction: Direction | null) {
  return items
    .filter(({ labels }) =>
      labels.some(
        (label) =>
          (idea === null || label.idea === idea) && (direction === null || label.direction === direction),
      ),
    )
    .sort((a, b) => effectiveDate(b) - effectiveDate(a))
}

/** The links of a list of stories, in order. */
const links = (text: string) => [...text.matchAll(/\*\*\[.*\]\((\S+)\)\*\*/g)].map((match) => match[1])

describe('/ask', () => {
  test('answers for all to see, in the wiki’s words, with its sources and the reader’s say', async () => {
    const { text, hidden, first, buttons } = await run('ask', { question: 'What is a captive economy?' })
    expect(first).toBe(5)
    expect(hidden).toBe(false)
    expect(text).toMatch(/^> What is a captive economy\?\nA captive economy is /)
    expect(text).toContain(`[Captive economy](${site}/wiki/captive-economy)`)
    expect(buttons.map(([label]) => label).slice(-3)).toEqual(['Helpful', 'Not helpful', 'Show passages'])
  })

  test('in private answers only who asked, and lets them share it', async () => {
    const { hidden, first, buttons } = await run('ask', {
      question: 'What is a captive economy?',
      private: true,
    })
    expect([first, hidden]).toEqual([5, true])
    expect(buttons.at(-1)![0]).toBe('Share')
  })

  test('asked for news shows stored stories of that idea', async () => {
    const { text } = await run('ask', { question: 'Anything lately on compute cost?' })
    const urls = bearing('compute-cost', null).map(({ url }) => url)
    const shown = [...text.matchAll(/\]\((https:\S+)\)/g)].map((match) => match[1])
    expect(shown.length).toBeGreaterThan(2)
    expect(urls).toEqual(expect.arrayContaining(shown))
    expect(text).toContain('-# Compute cost · <t:')
  })

  test('without an answer says so, notes the question and lets readers vote for it', async () => {
    const question = 'Who won the football world cup of 1998?'
    const { text, buttons } = await run('ask', { question })
    expect(text).toContain('**The wiki does not cover this.**')
    expect(buttons.at(-1)![0]).toBe('Tell the maintainers it is missing')
    expect(buttons.slice(0, -1).every(([, id]) => id.startsWith('concept:'))).toBe(true)
    expect(await store.gaps.list()).toMatchObject([{ question, times: 1 }])
  })
})

describe('/concept', () => {
  test.each(['captive-economy', 'Captive economy', ' FULLY captive economy '])('by %j', async (name) => {
    const { text, hidden, buttons } = await run('concept', { name })
    expect(hidden).toBe(false)
    expect(text).toMatch(
      new RegExp(`^### \\[Captive economy\\]\\(${site}/wiki/captive-economy\\)\nA captive`),
    )
    expect(buttons[0]).toEqual(['Read in the wiki', `${site}/wiki/captive-economy`])
    const related = pageOf('captive-economy').related.slice(0, 4)
    expect(buttons.slice(1).map(([, id]) => id)).toEqual(related.map((id) => `concept:${id}`))
  })

  test('that is a key idea tells how news is filed under it', async () => {
    const { text } = await run('concept', { name: 'price discipline' })
    expect(text).toContain('-# Key idea · Disciplinary floor')
    expect(text).toContain('-# Given when an item reports what a model provider charges')
  })

  test('that there is not names the nearest', async () => {
    const { text } = await run('concept', { name: 'rent for model weights' })
    expect(text).toMatch(/^No concept of the wiki is called that\.\nThe nearest: .+\.$/)
    const odd = await run('concept', { name: 'xyzzy' })
    expect(odd.text).toBe('No concept of the wiki is called that.\nStart typing and pick one from the list.')
  })
})

test('/ideas shows each key idea with its balance', async () => {
  const { text, hidden } = await run('ideas')
  expect(hidden).toBe(false)
  for (const { id, name } of ideas) expect(text).toContain(`**[${name}](${site}/ideas/${id})**`)
  expect(text.match(/-# 12 weeks: [1-9]\d* open/g)).toHaveLength(ideas.length)
})

describe('/latest', () => {
  test('lists the newest stories of all ideas, five a page, with a menu for wrong labels', async () => {
    const { text, hidden, message, buttons } = await run('latest')
    const all = bearing(null, null)
    expect(hidden).toBe(false)
    expect(links(text)).toEqual(all.slice(0, 5).map(({ url }) => url))
    expect(text).toContain(`### Latest stories\n-# since 23 October · page 1 of ${Math.ceil(all.length / 5)}`)
    expect(menus(message)[0].options.map(({ value }: { value: string }) => value)).toEqual(
      all.slice(0, 5).map(({ id }) => id),
    )
    expect(buttons.map(([label]) => label)).toEqual(['Newer', 'Older'])
  })

  test.each([
    ['an idea’s id', { idea: 'compute-cost' }, 'compute-cost', null, 'on Compute cost\n-# since'],
    ['its name', { idea: 'compute COST ' }, 'compute-cost', null, 'on Compute cost\n-# since'],
    ['a direction', { direction: 'closes' }, null, 'closes', '\n-# only what closes space · since'],
    [
      'both',
      { idea: 'institutional-support', direction: 'mixed' },
      'institutional-support',
      'mixed',
      'on Institutional support\n-# only what is contested · since',
    ],
  ] as const)('narrowed to %s', async (_, options, idea, direction, head) => {
    const { text } = await run('latest', options)
    expect(links(text)).toEqual(
      bearing(idea, direction)
        .slice(0, 5)
        .map(({ url }) => url),
    )
    expect(text).toContain(head)
  })

  test('of an idea that there is not names those there are', async () => {
    const { text } = await run('latest', { idea: 'rent' })
    expect(text).toBe(
      `There is no key idea of that name.\nThey are: ${ideas.map(({ name }) => name).join(', ')}.`,
    )
  })

  test('of what nobody told says so', async () => {
    const { text } = await run('latest', { idea: 'renewal', direction: 'mixed' })
    expect(bearing('renewal', 'mixed')).toEqual([])
    expect(text).toContain('Freehold has stored no story on Renewal that is contested since 23 October.')
  })
})

test('/sources lists the feeds by group and how they do, to who asked', async () => {
  const broken = { lastSuccessAt: null, failures: 3, lastError: 'It says 404.' }
  await store.items.absorb([], { ...answering('moss-ai', 'https://moss-ai.example/'), ...broken }, now())
  const { text, hidden, buttons } = await run('sources')
  expect(hidden).toBe(true)
  expect(text).toContain(`-# ${weekFeeds.length} feeds · page 1 of 2`)
  expect(text).toMatch(/- \[Harbour Lab\]\(https:\/\/harbour-lab\.example\/\) · lab · read <t:\d+:R>/)
  expect(text).toContain('- [Moss AI](https://moss-ai.example/) · lab · **does not answer**: It says 404')
  expect(text).toContain('- [Tideline](https://tideline.example/) · press · read <t:')
  expect(buttons.map(([label]) => label)).toEqual(['Back', 'Next'])
})

describe('/suggest-feed', () => {
  // Nobody may suggest without end.
  beforeEach(() => house.pass(60_000))

  test('notes an address once and counts those who want it', async () => {
    const noted = await run('suggest-feed', { url: ' https://lab.example.org/blog/?utm_source=x ' })
    expect(noted.hidden).toBe(true)
    expect(noted.text).toBe('Thank you, it is noted. Those who keep the feed lists will look at it.')
    const again = await run('suggest-feed', { url: 'https://lab.example.org/blog/' })
    expect(again.text).toContain('\nIt has been suggested 2 times.')
    expect(await store.suggestions.list()).toMatchObject([
      { url: 'https://lab.example.org/blog/?utm_source=x', times: 2 },
    ])
  })

  test('knows what is followed, by feed and by site', async () => {
    for (const url of ['https://tideline.example/feed.xml', 'https://tideline.example']) {
      const { text } = await run('suggest-feed', { url })
      expect(text).toBe('That one is followed already, as Tideline.')
    }
  })

  test('says of a feed that is switched off why it is', async () => {
    const [first, ...others] = house.way.feeds
    onTestFinished(() => {
      house.way.feeds = [first!, ...others]
    })
    house.way.feeds = [{ ...first!, enabled: false, reason: 'It has moved.' }, ...others]
    const { text } = await run('suggest-feed', { url: first!.url })
    expect(text).toBe(`That is ${first!.title}, which is listed but switched off: It has moved.`)
  })

  test('takes an address without https://, as people type it', async () => {
    await run('suggest-feed', { url: 'typed.example/feed' })
    expect((await store.suggestions.list()).map(({ url }) => url)).toContain('https://typed.example/feed')
  })

  test.each(['javascript:alert(1)', 'http://localhost/feed', 'just words', 'file:///etc/passwd'])(
    'refuses %s',
    async (url) => {
      const { text } = await run('suggest-feed', { url })
      expect(text).toContain('That is not the address of a web page;')
    },
  )
})

test('/newsletter says where to subscribe, and when letters come', async () => {
  const { text, hidden, buttons } = await run('newsletter')
  expect(hidden).toBe(true)
  expect(text).toMatch(/every Monday at 09:00/)
  expect(buttons.map(([, url]) => url)).toEqual([`${site}/subscribe`])
})

test('/help names every command so that it can be tapped', async () => {
  const { text, hidden } = await run('help')
  expect(hidden).toBe(true)
  const registered = server.commands.list()
  expect(registered).toHaveLength(14)
  for (const { name, type, id, description } of registered) {
    if (type === 1) expect(text).toContain(`</${name}:${id}> ${description}`)
    else expect(text).toContain(`“${name}” In the menu of a message, under Apps`)
  }
})

/** Turns a page and waits until it is turned. */
async function turn(person: TestPerson, list: StoredMessage, button: string): Promise<number> {
  const before = JSON.stringify(list.components)
  const pressed = person.press(list, button)
  const { type } = await pressed.answer()
  await server.until(() => JSON.stringify(list.components) !== before)
  return type
}

/** Which of the buttons can't be pressed. */
const dead = ({ components }: StoredMessage) =>
  JSON.stringify(components)
    .match(/"label":"\w+","custom_id":"[^"]+","disabled":true/g)
    ?.map((one) => /"label":"(\w+)"/.exec(one)![1])

describe('the pages of /latest', () => {
  test('are turned to the end and back by who asked, narrowed as they were', async () => {
    const at = server.addChannel()
    const list = await anna.slash(at, 'latest', { idea: 'renewal', direction: 'opens' }).reply()
    const fitting = items
      .filter(({ labels }) =>
        labels.some(({ idea, direction }) => idea === 'renewal' && direction === 'opens'),
      )
      .sort((a, b) => effectiveDate(b) - effectiveDate(a))
      .map(({ id }) => id)
    const pages = Math.ceil(fitting.length / 5)
    expect(pages).toBeGreaterThan(1)
    const shown = () => menus(list)[0].options.map(({ value }: { value: string }) => value)
    const seen = [...shown()]
    expect(dead(list)).toEqual(['Newer'])
    for (let page = 2; page <= pages; page++) {
      expect(await turn(anna, list, 'Older')).toBe(6)
      expect(said(list)).toContain(
        `### Latest stories on Renewal\n-# only what opens space · since 23 October · page ${page} of ${pages}`,
      )
      seen.push(...shown())
    }
    expect(seen).toEqual(fitting)
    expect(dead(list)).toEqual(['Older'])
    for (let page = pages; page > 1; page--) await turn(anna, list, 'Newer')
    expect(shown()).toEqual(fitting.slice(0, 5))
    expect(server.messages(at)).toEqual([list])
  })

  test('are not turned by others, who are told how to get their own', async () => {
    const list = await anna.slash(channel, 'latest', {}).reply()
    const before = structuredClone(list)
    const { text, hidden } = await answered(bert.press(list, 'Older'))
    expect(text).toBe('Only who asked can turn these pages. /latest gives you pages of your own.')
    expect(hidden).toBe(true)
    expect(list).toEqual(before)
  })

  test('that have become fewer end where they end now', async () => {
    const list = await anna.slash(channel, 'latest', { idea: 'renewal' }).reply()
    house.pass(40 * day)
    await turn(anna, list, 'Older')
    expect(said(list)).toContain('Freehold has stored no story on Renewal')
    expect(buttons(list)).toEqual([])
    house.pass(-40 * day)
  })
})

test('the pages of /sources are turned, groups and all', async () => {
  const list = await anna.slash(channel, 'sources', {}).reply()
  const first = said(list)
  await turn(anna, list, 'Next')
  expect(said(list)).toContain('-# 30 feeds · page 2 of 2')
  const names = (text: string) => [...text.matchAll(/^- \[(.+?)\]\(/gm)].map((match) => match[1]!)
  expect(new Set([...names(first), ...names(said(list))]).size).toBe(30)
  expect(dead(list)).toEqual(['Next'])
  await turn(anna, list, 'Back')
  expect(said(list)).toBe(first)
  expect(() => bert.press(list, 'Next')).toThrow('does not see')
})

checkBodies(60)
