import { afterAll, describe, expect, test } from 'vitest'
import { hour } from '../../src/model/index.ts'
import type { OptionValues } from '../servers/discord-options.ts'
import { permission } from '../servers/discord-permissions.ts'
import { answered, ideas, openHouse } from './bot.ts'
import { checkBodies } from './checks.ts'

const mentionEveryone = 1n << 17n
const roles = {
  managers: { id: '200000000000000001', name: 'managers', permissions: String(permission.manageGuild) },
  readers: { id: '200000000000000002', name: 'readers', permissions: '0', mentionable: true },
  quiet: { id: '200000000000000003', name: 'quiet **ones** <@1> @everyone', permissions: '0' },
  bots: { id: '200000000000000004', name: 'bots', permissions: '0' },
}
const house = await openHouse({ items: [] })
const { server, store } = house
server.guild.roles.push(...Object.values(roles))
server.botRoles.push(roles.bots.id)
await house.start()
afterAll(() => house.close())
const olga = server.addPerson({ username: 'olga', roles: [roles.managers.id] })
const names = ideas.map(({ name }) => name)

/** Subscribes a channel, and gives what is said to that. */
const subscribe = (channel: string, options: OptionValues = {}, person = olga) =>
  answered(person.slash(house.channel, 'subscribe', { channel, ...options }))

const everyone = (deny: bigint, allow = 0n) => ({
  id: server.guild.id,
  type: 0 as const,
  allow: String(allow),
  deny: String(deny),
})

describe('/subscribe', () => {
  test('gives a text channel every digest, and says so to who asked', async () => {
    const channel = server.addChannel({ name: 'news' })
    const { text, hidden, first } = await subscribe(channel)
    expect([first, hidden]).toEqual([5, true])
    expect(text.split('\n')).toEqual([
      '**Subscribed**',
      `<#${channel}> gets the digest every Monday at 09:00 \\(UTC\\).`,
      '-# `/subscribe` changes it, `/unsubscribe` stops it, `/status` shows it.',
    ])
    expect(await store.channels.get(channel)).toEqual({
      ...{ channel, guild: server.guild.id, kind: 'text', mode: 'digest', ideas: [], directions: [] },
      ...{ role: null, discuss: false, publish: false, alertsADay: 3, madeBy: olga.id },
      ...{ madeAt: house.way.now(), failures: 0, lastError: null, pausedAt: null },
    })
  })

  test('takes ideas and directions by name or id, a role, a thread and a number of alerts', async () => {
    const channel = server.addChannel()
    const { text } = await subscribe(channel, {
      ...{ ideas: 'compute cost, renewal', directions: 'Closes,mixed', mode: 'both', role: roles.readers.id },
      ...{ thread: true, 'alerts-a-day': 5 },
    })
    expect(await store.channels.get(channel)).toMatchObject({
      ...{ ideas: ['renewal', 'compute-cost'], directions: ['closes', 'mixed'], mode: 'both' },
      ...{ role: roles.readers.id, discuss: true, publish: false, alertsADay: 5 },
    })
    expect(text).toContain(
      `<#${channel}> gets the digest every Monday at 09:00 \\(UTC\\) and, in between, single strong stories as they come, ` +
        'at most 5 a day. Only stories on Renewal and Compute cost that close space or are contested.\n' +
        `Each post mentions <@&${roles.readers.id}>. A thread for discussion is opened under each digest.`,
    )
    expect(text).not.toContain('Please check')
  })

  test('takes all ideas, however they are said, as no narrowing', async () => {
    for (const said of ['all', ' All', ideas.map(({ id }) => id).join(' , ')]) {
      const channel = server.addChannel()
      await subscribe(channel, { ideas: said, directions: 'opens,closes,mixed', mode: 'alerts' })
      expect(await store.channels.get(channel)).toMatchObject({ ideas: [], directions: [], mode: 'alerts' })
    }
  })

  test('publishes what an announcement channel gets, unless it is told not to', async () => {
    const channel = server.addChannel({ type: 5 })
    expect((await subscribe(channel)).text).toContain('Channels that follow this one get it too.')
    expect(await store.channels.get(channel)).toMatchObject({ kind: 'announcement', publish: true })
    const { text } = await subscribe(channel, { publish: false, thread: true })
    expect(text).not.toContain('Channels that follow')
    expect(text).toContain('A thread for discussion is opened under each digest.')
    expect(await store.channels.get(channel)).toMatchObject({ publish: false, discuss: true })
  })

  test('takes a thread, and opens none in it', async () => {
    const thread = server.addThread(server.addChannel(), 'Freehold')
    await subscribe(thread, { thread: true, publish: true })
    expect(await store.channels.get(thread)).toMatchObject({ kind: 'thread', discuss: false, publish: false })
  })

  test('again changes what is named and keeps the rest; who did it is told of trouble from now on', async () => {
    const channel = server.addChannel()
    await subscribe(channel, { ideas: 'renewal', mode: 'both', role: roles.readers.id })
    house.pass(hour)
    const boss = server.addPerson({ username: 'boss', roles: [roles.managers.id] })
    const { text } = await subscribe(channel, { mode: 'alerts' }, boss)
    expect(text).toContain(
      `**Subscription changed**\n<#${channel}> gets single strong stories as they come, at most 3 a day. Only stories on Renewal.\n`,
    )
    const kept = { ideas: ['renewal'], role: roles.readers.id }
    expect(await store.channels.get(channel)).toMatchObject({
      ...{ ...kept, mode: 'alerts', madeBy: boss.id, madeAt: house.way.now() },
    })
    await subscribe(channel, { ideas: 'all', role: server.guild.id })
    expect(await store.channels.get(channel)).toMatchObject({ ideas: [], role: null, mode: 'alerts' })
  })

  test('again ends a pause', async () => {
    const channel = server.addChannel()
    await subscribe(channel)
    for (let failure = 1; failure <= 3; failure++) {
      await store.channels.noteFailure(channel, 'Send Messages is missing.', { pauseAt: 3, now: 1 })
    }
    expect((await store.channels.get(channel))!.pausedAt).toBe(1)
    await subscribe(channel)
    expect(await store.channels.get(channel)).toMatchObject({ failures: 0, lastError: null, pausedAt: null })
  })

  test('is not there for who does not manage the server', () => {
    const anna = server.addPerson({ username: 'anna' })
    for (const name of ['subscribe', 'unsubscribe']) {
      expect(() => anna.slash(house.channel, name, { channel: house.channel })).toThrow('does not see')
    }
  })

  test('offers no channel that takes no posts', () => {
    for (const type of [2, 4, 13, 16]) {
      const channel = server.addChannel({ type })
      expect(() => olga.slash(house.channel, 'subscribe', { channel })).toThrow('it takes channels of type')
    }
  })
})

describe('what can’t be is said, and nothing is stored:', () => {
  test.each([
    ['an idea', { ideas: 'renewal, rent' }, `There is no idea called “rent”. They are: ${names.join(', ')}.`],
    ['a direction', { directions: 'up,opens,down' }, 'There is no direction called “up”, “down”. They are: '],
    ['an idea with a mention', { ideas: '@everyone **x**' }, 'called “@\u200Beveryone \\*\\*x\\*\\*”'],
  ])('%s', async (_, options, said) => {
    const channel = server.addChannel()
    const { text, hidden, message } = await subscribe(channel, options)
    expect(text).toContain(said)
    expect(hidden).toBe(true)
    expect(message.mention_everyone).toBe(false)
    expect(await store.channels.get(channel)).toBeNull()
  })

  const { viewChannel, sendMessages, readHistory, sendInThreads, createPublicThreads } = permission
  test.each<[string, number, bigint, OptionValues]>([
    ['Send Messages', 0, sendMessages, {}],
    ['Read Message History', 0, readHistory, {}],
    ['Send Messages and Read Message History', 5, sendMessages | readHistory, {}],
    ['View Channel', 0, viewChannel, {}],
    ['Create Public Threads', 0, createPublicThreads, { thread: true }],
    ['Create Public Threads', 5, createPublicThreads, { thread: true }],
    ['Send Messages in Threads', 15, sendInThreads, {}],
    ['Send Messages', 15, sendMessages, {}],
  ])('%s is missing in a channel of type %i', async (named, type, deny, options) => {
    const channel = server.addChannel({ type, overwrites: [everyone(deny)] })
    const { text } = await subscribe(channel, options)
    expect(text.split('\n')).toEqual([
      `I can’t post in <#${channel}>: there I lack ${named}.`,
      'Give me that in the channel’s settings under Permissions, then run /subscribe again.',
    ])
    expect(await store.channels.get(channel)).toBeNull()
  })

  test('Send Messages in Threads is missing where a thread is', async () => {
    const parent = server.addChannel({ overwrites: [everyone(permission.sendInThreads)] })
    const thread = server.addThread(parent, 'Freehold')
    expect((await subscribe(thread)).text).toContain(
      `in <#${thread}>: there I lack Send Messages in Threads.`,
    )
    expect(await store.channels.get(thread)).toBeNull()
  })

  test('what is given back, or to the bot’s own role, is enough', async () => {
    const closed = server.addChannel({ overwrites: [everyone(permission.sendMessages)] })
    expect((await subscribe(closed)).text).toContain('I lack Send Messages.')
    server.changeChannel(closed, { overwrites: [] })
    expect((await subscribe(closed)).text).toContain('**Subscribed**')
    const bots = { id: roles.bots.id, type: 0 as const, allow: String(permission.sendMessages), deny: '0' }
    const open = server.addChannel({ overwrites: [everyone(permission.sendMessages), bots] })
    expect((await subscribe(open)).text).toContain('**Subscribed**')
  })

  test('what is not needed may be missing', async () => {
    const { sendInThreads, createPublicThreads, manageMessages } = permission
    const deny = everyone(sendInThreads | createPublicThreads | manageMessages)
    for (const type of [0, 5]) {
      expect((await subscribe(server.addChannel({ type, overwrites: [deny] }))).text).toContain(
        '**Subscribed**',
      )
    }
  })
})

describe('a forum', () => {
  const warning =
    'Posts get tags that are named like the ideas; this forum does not have one for each of them.'

  test.each([
    ['with a tag for each idea', names.map((name) => name.toUpperCase()), true, []],
    ['with tags for some', names.slice(0, 2), true, [warning]],
    ['without tags that wants none', [], false, [warning]],
    ['whose tags are named otherwise and not wanted', ['Other'], false, [warning]],
  ])('%s is subscribed', async (_, tags, requireTag, warnings) => {
    const forum = server.addChannel({ type: 15, tags: tags.map((name) => ({ name })), requireTag })
    const { text } = await subscribe(forum, { thread: true })
    expect(text).toContain(
      `**Subscribed**\n<#${forum}> gets the digest every Monday at 09:00 \\(UTC\\) as a post of its own.`,
    )
    expect(text.match(/^- .+$/gm) ?? []).toEqual(warnings.map((one) => `- ${one}`))
    expect(await store.channels.get(forum)).toMatchObject({ kind: 'forum', discuss: false, publish: false })
  })

  test('that wants a tag, and has none named like an idea, is refused', async () => {
    const forum = server.addChannel({ type: 15, tags: [{ name: 'Other' }], requireTag: true })
    const { text } = await subscribe(forum)
    expect(text.split('\n')).toEqual([
      `<#${forum}> wants a tag on every post, and none of its tags is named like an idea.`,
      'Add tags such as Renewal or Disciplinary floor, then run /subscribe again.',
    ])
    expect(await store.channels.get(forum)).toBeNull()
  })
})

describe('a role', () => {
  test('that can’t be pinged is taken with a warning, its name as it is written', async () => {
    const channel = server.addChannel()
    const { text, message } = await subscribe(channel, { role: roles.quiet.id })
    expect(text).toContain('**Please check**\n- The role @\u200Bquiet \\*\\*ones\\*\\* ')
    expect(text).toContain(
      `let anyone mention it in its settings, or give me Mention Everyone in <#${channel}>.`,
    )
    expect(text).not.toContain('@everyone')
    expect(message).toMatchObject({ mention_everyone: false, mentions: [], mention_roles: [] })
    expect(await store.channels.get(channel)).toMatchObject({ role: roles.quiet.id })
  })

  test('can be pinged by who may mention everyone there', async () => {
    const channel = server.addChannel({ overwrites: [everyone(0n, mentionEveryone)] })
    expect((await subscribe(channel, { role: roles.quiet.id })).text).not.toContain('Please check')
  })
})

test('each server has its own subscriptions and its own managers', async () => {
  const elsewhere = server.addGuild('Elsewhere', { botRoles: [], owner: server.guild.owner_id })
  const there = server.addChannel({ guild: elsewhere.id })
  expect(() => olga.slash(there, 'subscribe', { channel: there })).toThrow('does not see')
  expect((await store.channels.list(server.guild.id)).length).toBeGreaterThan(10)
  expect(await store.channels.list(elsewhere.id)).toEqual([])
})

checkBodies(60)
