import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { minute } from '../../src/model/index.ts'
import type { SentInteraction, TestPerson } from '../servers/discord-people.ts'
import { permission } from '../servers/discord-permissions.ts'
import type { DiscordFault, StoredMessage } from '../servers/discord-server.ts'
import { answered, callbacks, edits, openHouse, said } from './bot.ts'
import { checkBodies } from './checks.ts'

const house = await openHouse()
const { server, log } = house
const managers = { id: '200000000000000001', name: 'managers', permissions: String(permission.manageGuild) }
server.guild.roles.push(managers)
await house.start()
afterAll(() => house.close())
const anna = server.addPerson({ username: 'anna' })
const name = `<@${server.bot.id}>`
const sorry = 'Something went wrong on our side, and it is noted in the log.'

/** What people can press and look at, made while all is well. */
async function messages(at: typeof house = house, person: TestPerson = anna) {
  at.pass(minute)
  const channel = at.server.addChannel()
  const slash = (command: string, options = {}) => person.slash(channel, command, options).reply()
  return {
    channel,
    answer: await slash('ask', { question: 'What is a captive economy?' }),
    list: await slash('latest'),
    why: await slash('why', { item: at.items.find(({ labels }) => labels.length > 0)!.id }),
    post: at.server.addMessage(channel, 'The landlord raises the rent of the API.'),
  }
}
type Messages = Awaited<ReturnType<typeof messages>>

const ways: [string, (there: Messages, person: TestPerson) => SentInteraction][] = [
  ['a command', ({ channel }, person) => person.slash(channel, 'help', {})],
  ['a button', ({ answer }, person) => person.press(answer, 'Show passages')],
  ['a button that opens a modal', ({ answer }, person) => person.press(answer, 'Not helpful')],
  ['a button that looks something up first', ({ why }, person) => person.press(why, 'Wrong label?')],
  ['a button that turns a page', ({ list }, person) => person.press(list, 'Older')],
  ['the menu of a message', ({ post }, person) => person.use('Explain the concepts', post)],
  ['typing', ({ channel }, person) => person.type(channel, 'concept', { name: 'cap' }, 'name')],
]

/** All is as it was: somebody is answered. */
async function expectAlive(): Promise<void> {
  expect((await answered(anna.slash(house.channel, 'concept', { name: 'cheap-space' }))).text).toContain(
    'Cheap space',
  )
  house.pass(minute)
  const asked = server.addMessage(house.channel, `${name} Who was Elinor Ostrom?`, anna)
  // Its REST token is needed for this one.
  const reply = await server.until(() => replyTo(asked))
  expect(said(reply)).toContain('Elinor Ostrom')
}

const replyTo = ({ channel_id, id }: StoredMessage) =>
  server
    .messages(channel_id)
    .find(({ message_reference }) => (message_reference as { message_id?: string })?.message_id === id)

describe('an answer that comes too late (10062)', () => {
  test.each(ways)('to %s is logged, and no more', async (what, use) => {
    const there = await messages()
    const [lines, before] = [log.length, server.messages(there.channel).length]
    const sent = use(there, anna)
    sent.expire()
    await server.until(() => sent.refusals().length > 0)
    expect(sent.refusals()).toEqual([10062])
    await expectAlive()
    const about = log.slice(lines).map(({ level, facts }) => [level, facts.interaction, facts.code])
    expect(about).toEqual(what === 'typing' ? [] : [['warn', sent.id, 10062]])
    expect(server.messages(there.channel)).toHaveLength(before)
  })
})

describe('an answer whose receipt is lost, which discord.js sends twice (40060),', () => {
  test.each(ways)('to %s arrives once', async (what, use) => {
    const there = await messages()
    const before = JSON.stringify(there.list.components)
    const lines = log.length
    server.fault(callbacks, 'reset after', { times: 1 })
    const sent = use(there, anna)
    await server.until(() => sent.refusals().length > 0)
    expect(sent.refusals()).toEqual([40060])
    if (what.includes('modal') || what.includes('looks'))
      expect((await sent.modal()).components).toHaveLength(2)
    else if (what === 'typing') expect(await sent.choices()).not.toEqual([])
    else if (what.includes('page')) await server.until(() => JSON.stringify(there.list.components) !== before)
    else expect(said(await sent.reply()).length).toBeGreaterThan(20)
    await expectAlive()
    expect(log.slice(lines)).toEqual([])
  })

  test('stays as private as it was', async () => {
    server.fault(callbacks, 'reset after', { times: 1 })
    const sent = anna.slash(house.channel, 'ask', { question: 'What is cheap space?', private: true })
    expect(await answered(sent)).toMatchObject({
      hidden: true,
      text: expect.stringContaining('> What is cheap'),
    })
  })
})

describe('a connection that ends under a request, which discord.js does not try again,', () => {
  const faults: DiscordFault[] = ['drop before', 'drop after']
  test.each(faults)('when an interaction is acknowledged (%s)', async (fault) => {
    for (const [what, use] of ways) {
      const there = await messages()
      const before = JSON.stringify(there.list.components)
      server.fault(callbacks, fault, { times: 1 })
      const sent = use(there, anna)
      if (what.includes('modal') || what.includes('looks'))
        expect((await sent.modal()).components).toHaveLength(2)
      else if (what === 'typing') expect(await sent.choices()).not.toEqual([])
      else if (what.includes('page'))
        await server.until(() => JSON.stringify(there.list.components) !== before)
      else expect(said(await sent.reply()).length, what).toBeGreaterThan(20)
    }
    await expectAlive()
  })

  test.each(faults)('when an answer is sent (%s)', async (fault) => {
    server.fault(edits, fault, { times: 1 })
    const sent = anna.slash(house.channel, 'concept', { name: 'cheap-space' })
    expect(said(await sent.reply())).toContain('Cheap space')
  })

  test.each(faults)('when a mention is answered (%s): once', async (fault) => {
    house.pass(minute)
    const channel = server.addChannel()
    server.fault(channel, fault, { times: 1 })
    const asked = server.addMessage(channel, `${name} What is cheap space?`, anna)
    const posts = () => server.requests.filter(({ path }) => path.endsWith(`/${channel}/messages`))
    await server.until(() => posts().at(-1)?.status === 200)
    expect(posts()).toHaveLength(2)
    expect(server.messages(channel)).toEqual([asked, replyTo(asked)])
  })
})

test('a token that has run out (50027) takes the one interaction with it, not the bot', async () => {
  const lines = log.length
  const sent = anna.slash(house.channel, 'sources', {})
  await sent.answer()
  sent.expire()
  const line = await house.logged('warn', 'Discord no longer knows the interaction', lines)
  expect(line.facts).toEqual({ interaction: sent.id, code: 50027 })
  await expectAlive()
  expect(log.slice(lines)).toHaveLength(1)
})

test('an answer that was deleted before it was there (10008) is logged, and no more', async () => {
  const channel = server.addChannel()
  const sent = anna.slash(channel, 'ideas', {})
  await sent.answer()
  server.deleteMessage(channel, server.messages(channel)[0]!.id)
  await expectAlive()
  expect(log.filter(({ facts }) => facts.interaction === sent.id)).toMatchObject([
    { level: 'warn', facts: { code: 10008 } },
  ])
})

describe('when Discord does not take an answer', () => {
  test('that is said in its place', async () => {
    server.fault(edits, 'blocked', { times: 1 })
    const { text, hidden } = await answered(anna.slash(house.channel, 'sources', {}))
    expect(text).toBe(`${sorry}\nPlease try again in a while.`)
    expect(hidden).toBe(true)
    await house.logged('error', 'Discord did not take an answer')
    await expectAlive()
  })

  test('because it is out of order, it is tried again', async () => {
    server.fault(callbacks, 'server error', { times: 2 })
    server.fault(edits, 'server error', { times: 2 })
    expect((await answered(anna.slash(house.channel, 'help', {}))).text).toContain('### Freehold')
  })

  test('at all, that is logged and the next is answered', async () => {
    server.fault(callbacks, 'server error')
    const lines = log.length
    const sent = anna.slash(house.channel, 'help', {})
    const line = await house.logged('error', 'an interaction failed', lines)
    server.heal()
    expect(line.facts.err).toMatchObject({ status: 500 })
    await expectAlive()
    expect(log.slice(lines)).toHaveLength(1)
    expect(sent.refusals()).toEqual([])
  })
})

describe('when the database fails', () => {
  /** A house whose database is gone, with what was there before. */
  async function openBroken() {
    const broken = await openHouse()
    onTestFinished(broken.close)
    broken.server.guild.roles.push(managers)
    await broken.start()
    const person = broken.server.addPerson({ username: 'olga', roles: [managers.id] })
    const there = await messages(broken, person)
    await broken.store.close()
    return { ...broken, person, there }
  }

  test('each command says so, and is acknowledged all the same', async () => {
    const { server, log, person, there } = await openBroken()
    const { channel } = there
    for (const [command, options, hidden] of [
      ['ask', { question: 'What is cheap space?' }, false],
      ['ask', { question: 'What is cheap space?', private: true }, true],
      ['ideas', {}, false],
      ['latest', {}, false],
      ['digest', {}, true],
      ['why', { item: 'Lichen' }, true],
      ['sources', {}, true],
      ['suggest-feed', { url: 'https://lab.example.org/' }, true],
      ['subscribe', { channel }, true],
      ['unsubscribe', { channel }, true],
      ['status', {}, true],
    ] as const) {
      const sent = person.slash(channel, command, { ...options })
      expect(await answered(sent), command).toMatchObject({
        ...{ text: `${sorry}\nPlease try again in a while.`, hidden, first: 5 },
      })
      expect(log.at(-1)).toMatchObject({
        ...{ level: 'error', message: 'an answer could not be made', facts: { interaction: sent.id } },
      })
    }
    const asked = server.addMessage(channel, `<@${server.bot.id}> What is cheap space?`, person)
    const reply = await server.until(() =>
      server.messages(channel).find(({ id }) => BigInt(id) > BigInt(asked.id)),
    )
    expect(said(reply)).toBe(sorry)
  })

  test('buttons, menus and modals say so to who pressed, and leave their message as it is', async () => {
    const { server, person, there, items } = await openBroken()
    const shown = JSON.stringify([there.list, there.answer])
    for (const sent of [
      person.press(there.answer, 'Helpful'),
      person.press(there.answer, 'Show passages'),
      person.press(there.why, 'Wrong label?'),
      person.select(there.list, 'label', [items.find(({ labels }) => labels.length > 0)!.id]),
    ]) {
      expect(await answered(sent)).toMatchObject({ text: expect.stringContaining(sorry), hidden: true })
    }
    const turned = person.press(there.list, 'Older')
    const [told] = await server.until(() => turned.followUps().length > 0 && turned.followUps())
    expect([said(told!), told!.flags & 64]).toEqual([`${sorry}\nPlease try again in a while.`, 64])
    const objecting = person.press(there.answer, 'Not helpful')
    await objecting.modal()
    expect((await answered(objecting.submit({ reason: ['wrong'] }))).text).toContain(sorry)
    expect(JSON.stringify([there.list, there.answer])).toBe(shown)
  })

  test('what needs none goes on: concepts, help, typing of concepts', async () => {
    const { person, there, logged } = await openBroken()
    const { channel } = there
    expect((await answered(person.slash(channel, 'help', {}))).text).toContain('### Freehold')
    expect((await answered(person.slash(channel, 'concept', { name: 'cheap-space' }))).text).toContain(
      'Cheap space',
    )
    person.type(channel, 'why', { item: 'Lichen' }, 'item')
    await logged('error', 'an interaction failed')
    expect(await person.type(channel, 'concept', { name: 'cap' }, 'name').choices()).not.toEqual([])
  })
})

checkBodies(150)
