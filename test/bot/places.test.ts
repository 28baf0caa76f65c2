import { afterAll, describe, expect, test } from 'vitest'
import { createDigest } from '../../src/jobs/index.ts'
import { answered, ideas, menus, openHouse } from './bot.ts'
import { checkBodies } from './checks.ts'

const house = await openHouse()
await createDigest(house.way, { release: true })
await house.start()
afterAll(() => house.close())
const { server, channel, items, store } = house
const anna = server.addPerson({ username: 'anna' })
const item = items.find(({ labels }) => labels.length > 1)!

const commands: [string, Record<string, string | number | boolean>][] = [
  ['ask', { question: 'What is a captive economy?' }],
  ['ask', { question: 'Who was Elinor Ostrom?', private: true }],
  ['concept', { name: 'cheap-space' }],
  ['ideas', {}],
  ['latest', { idea: 'renewal' }],
  ['digest', { number: 1 }],
  ['why', { item: item.id }],
  ['sources', {}],
  ['newsletter', {}],
  ['help', {}],
]
/** Ids of answers differ with each. */
const known = (buttons: [string, string][]) =>
  buttons.filter(([, id]) => !/^(helpful|unhelpful|passages|share):/.test(id))

describe.each([
  ['in direct messages', () => ({ person: anna, at: anna.dm })],
  ['in a server without the bot, for who installed it', elsewhere],
])('%s', (_, place) => {
  test.each(commands)('/%s %o says what it says in the server', async (name, options) => {
    const { person, at } = place()
    const there = await answered(person.slash(at, name, options))
    const here = await answered(anna.slash(channel, name, options))
    expect(there.text).toBe(here.text)
    expect(known(there.buttons)).toEqual(known(here.buttons))
    expect(there.first).toBe(5)
  })

  test('/suggest-feed notes', async () => {
    const { person, at } = place()
    const { text } = await answered(person.slash(at, 'suggest-feed', { url: `https://${at}.example.org/` }))
    expect(text).toContain('Thank you, it is noted.')
  })

  test('/status tells of feeds and issues, not of other places’ channels', async () => {
    const { person, at } = place()
    await house.desk.subscribe({
      ...{ channel, guild: server.guild.id, kind: 'text', mode: 'both', ideas: [], directions: [] },
      ...{ role: null, discuss: false, publish: false, alertsADay: 3, madeBy: '5' },
    })
    const { text } = await answered(person.slash(at, 'status', {}))
    expect(text).toMatch(/last issue \[Freehold 1\].* · next issue <t:\d+:R> · all 30 feeds answer/)
    expect(text).not.toContain(channel)
  })

  test('typing, buttons, modals and the menu of a message work', async () => {
    const { person, at } = place()
    expect(await person.type(at, 'concept', { name: 'captive' }, 'name').choices()).not.toEqual([])
    const asked = await person.slash(at, 'ask', { question: 'What is cheap space?' }).reply()
    expect((await answered(person.press(asked, 'Helpful'))).text).toContain('Thank you.')
    expect((await answered(person.press(asked, 'Show passages'))).hidden).toBe(true)
    const pressed = person.press(asked, 'Not helpful')
    await pressed.modal()
    const after = await answered(pressed.submit({ reason: ['unclear'], comment: '' }))
    expect(after.text).toContain('Thank you.')
    const list = await person.slash(at, 'latest', {}).reply()
    person.press(list, 'Older')
    await server.until(() => JSON.stringify(list.components).includes('page 2 of'))
    const picked = person.select(list, 'label', [menus(list)[0].options[0].value])
    expect((await picked.modal()).title).toBe('Which labels fit this story?')
    expect((await answered(picked.submit({ labels: ['none'] }))).text).toContain('A maintainer will look')
    const message = server.addMessage(at, 'Their landlord raised the rent of the API.')
    const explained = await answered(person.use('Explain the concepts', message))
    expect(explained.text).toContain('Concepts behind this message')
    expect(explained.hidden).toBe(true)
  })

  test('/subscribe is not offered', () => {
    const { person, at } = place()
    for (const name of ['subscribe', 'unsubscribe']) {
      expect(() => person.slash(at, name, { channel })).toThrow('does not see')
    }
  })
})

test('elsewhere an issue of several messages stays within the five that are allowed there', async () => {
  const { person, at } = elsewhere()
  const sent = person.slash(at, 'digest', {})
  await sent.reply()
  await server.until(() => sent.followUps().length > 0)
  expect(sent.followUps().length).toBeLessThanOrEqual(5)
  expect(sent.refusals()).toEqual([])
})

test('in a group of friends it works for who installed it', async () => {
  const { person } = elsewhere()
  const group = server.addChannel({ type: 3, guild: null, name: 'friends' })
  const { text, hidden } = await answered(person.slash(group, 'ideas', {}))
  expect(text).toContain(ideas[0]!.name)
  expect(hidden).toBe(false)
})

test('who has not installed it does not see it there', () => {
  const { at } = elsewhere()
  expect(() => anna.slash(at, 'ask', { question: 'What is cheap space?' })).toThrow("isn't installed")
})

test('what was said there is kept as it is here', async () => {
  expect((await store.feedback.list({ kind: 'answer' })).length).toBeGreaterThan(0)
  expect((await store.feedback.list({ kind: 'label' })).length).toBeGreaterThan(0)
})

function elsewhere() {
  const guild = server.addGuild('Elsewhere', { botRoles: null })
  const person = server.addPerson({ username: 'ines', installed: true })
  return { person, at: server.addChannel({ guild: guild.id }) }
}

checkBodies(100)
