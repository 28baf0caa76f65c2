import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { day } from '../../src/model/index.ts'
import { permission } from '../servers/discord-permissions.ts'
import { startDiscordServer } from '../servers/discord-server.ts'
import { answered, type House, openHouse, renderer } from './bot.ts'
import { checkBodies } from './checks.ts'

const managers = { id: '200000000000000001', name: 'managers', permissions: String(permission.manageGuild) }
const house = await openHouse({ items: [] })
const { server, store } = house
server.guild.roles.push(managers)
await house.start()
afterAll(() => house.close())
const olga = server.addPerson({ username: 'olga', roles: [managers.id] })
const boss = server.addPerson({ username: 'boss', roles: [managers.id] })
const anna = server.addPerson({ username: 'anna' })
const status = (person = anna, at = house.channel) => answered(person.slash(at, 'status', {}))

/** A channel that olga has subscribed, with what is said of it. */
async function subscribed(options = {}, guild?: string): Promise<string> {
  const channel = server.addChannel({ guild })
  await store.channels.subscribe({
    ...{ channel, guild: guild ?? server.guild.id, kind: 'text', mode: 'digest', ideas: [], directions: [] },
    ...{ role: null, discuss: false, publish: false, alertsADay: 3, madeBy: olga.id, madeAt: 1 },
    ...options,
  })
  return channel
}

/** The same, kept out so often that it is paused. */
async function paused(): Promise<string> {
  const channel = await subscribed()
  const error = `Send Messages is missing in <#${channel}>.`
  for (let failure = 1; failure <= 3; failure++) {
    await store.channels.noteFailure(channel, error, { pauseAt: 3, now: house.way.now() })
  }
  return channel
}

const isPaused = async (channel: string) => (await store.channels.get(channel))!.pausedAt !== null

describe('/unsubscribe', () => {
  test('ends a subscription, and says when there is none', async () => {
    const channel = await subscribed()
    const run = () => answered(olga.slash(house.channel, 'unsubscribe', { channel }))
    expect(await run()).toMatchObject({
      text: `Nothing more is posted to <#${channel}>. Run /subscribe again whenever you like.`,
      hidden: true,
      first: 5,
    })
    expect(await store.channels.get(channel)).toBeNull()
    expect((await run()).text).toContain(`<#${channel}> is not subscribed, so there is nothing to stop.`)
  })
})

describe('/status', () => {
  test('lists this server’s channels with what they get, to who asked', async () => {
    const elsewhere = server.addGuild('Elsewhere', { botRoles: [] })
    const all = await subscribed()
    const role = '200000000000000009'
    const some = await subscribed({ ideas: ['renewal'], directions: ['mixed', 'opens'], mode: 'both', role })
    const theirs = await subscribed({}, elsewhere.id)
    const { text, hidden, message } = await status()
    expect(hidden).toBe(true)
    expect(text).toContain(`- <#${all}> · digests · all ideas`)
    expect(text).toContain(
      `- <#${some}> · digests and single strong stories · Renewal · opens, contested · <@&${role}>`,
    )
    expect(text).not.toContain(theirs)
    expect(message.mention_roles).toEqual([])
  })

  test('shows what was kept out, until it pauses', async () => {
    const channel = await subscribed()
    await store.channels.noteFailure(channel, 'Send Messages is missing.', { pauseAt: 3, now: 1 })
    expect((await status()).text).toMatch(
      new RegExp(
        `- <#${channel}> · digests · all ideas · \\*\\*the last post failed\\*\\*: Send Messages is missing`,
      ),
    )
  })

  test('shows a paused one first, with a way to resume', async () => {
    const channel = await paused()
    const { text, buttons } = await status()
    expect(text).toMatch(
      new RegExp(`^\\*\\*<#${channel}> is paused\\*\\* since <t:\\d+:D>\nSend Messages is missing`),
    )
    expect(buttons).toEqual([['Resume', `resume:${channel}`]])
    await store.channels.unsubscribe(channel)
  })

  test('of a server with many channels stays within the limits', async () => {
    const other = await openHouse({ items: [] })
    onTestFinished(other.close)
    await other.start()
    for (let index = 0; index < 60; index++) {
      const channel = `9000000000000000${String(index).padStart(2, '0')}`
      await other.store.channels.subscribe({
        ...{ channel, guild: other.server.guild.id, kind: 'text', mode: 'both', directions: ['opens'] },
        ...{
          ideas: ['renewal', 'compute-cost'],
          role: channel,
          discuss: true,
          publish: false,
          alertsADay: 3,
        },
        ...{ madeBy: '5', madeAt: index },
      })
      const failures = index % 2 ? 3 : 1
      for (let failure = 1; failure <= failures; failure++) {
        await other.store.channels.noteFailure(channel, 'long '.repeat(200), { pauseAt: 3, now: 1 })
      }
    }
    const sent = other.server.addPerson().slash(other.channel, 'status', {})
    const { text, buttons } = await answered(sent)
    expect(buttons.length).toBeGreaterThan(3)
    expect(text).toMatch(/and \d+ paused channels more/)
    expect(sent.refusals()).toEqual([])
  })
})

describe('a fault of the feed lists', () => {
  const fault = 'feeds/labs.yaml:14: feeds.3.url: must be an http(s) URL'
  const role = '300000000000000001'

  test('is told to maintainers while it lasts, and to nobody else', async () => {
    const other = await openHouse({ items: [] })
    onTestFinished(other.close)
    other.server.guild.roles.push({ id: role, name: 'maintainers', permissions: '0' })
    await other.start({ maintainerRole: role })
    const max = other.server.addPerson({ username: 'max', roles: [role] })
    const mia = other.server.addPerson({ username: 'mia' })
    const text = async (person: typeof max) =>
      (await answered(person.slash(other.channel, 'status', {}))).text
    expect(await text(max)).not.toContain('fault')
    other.way.feedFaults = [fault, 'another']
    expect(await text(max)).toMatch(
      /^\*\*The feed lists have a fault\*\*\nfeeds\/labs\.yaml:14: feeds\.3\.url: must be .*\n-# The lists of before stay in use/,
    )
    expect(await text(mia)).not.toContain('fault')
    other.way.feedFaults = []
    expect(await text(max)).not.toContain('fault')
  })
})

describe('Resume', () => {
  test('is for who made the subscription', async () => {
    const channel = await paused()
    const maker = server.addPerson({ username: 'maker' })
    const { pausedAt, failures, lastError, ...wish } = (await store.channels.get(channel))!
    await store.channels.subscribe({ ...wish, madeBy: maker.id })
    for (let failure = 1; failure <= 3; failure++) {
      await store.channels.noteFailure(channel, 'No.', { pauseAt: 3, now: 1 })
    }
    const { message } = await status(maker)
    expect(await isPaused(channel)).toBe(true)
    const { text, hidden, first } = await answered(maker.press(message, `resume:${channel}`))
    expect([text, hidden, first]).toEqual([`<#${channel}> gets posts again, from the next one on.`, true, 5])
    expect(await isPaused(channel)).toBe(false)
    const again = await answered(maker.press(message, `resume:${channel}`))
    expect(again.text).toBe(`<#${channel}> is not paused.`)
    await store.channels.unsubscribe(channel)
  })

  test('is for who manages the server, and for nobody else', async () => {
    const channel = await paused()
    const refused = await answered(anna.press((await status()).message, 'Resume'))
    expect(refused.text).toBe('Only who subscribed the channel, or who manages its server, can resume it.')
    expect(await isPaused(channel)).toBe(true)
    const { text } = await answered(boss.press((await status(boss)).message, 'Resume'))
    expect(text).toContain('gets posts again')
    expect(await isPaused(channel)).toBe(false)
    await store.channels.unsubscribe(channel)
  })

  test('in the direct message about the pause is for its maker only', async () => {
    const channel = await paused()
    const subscription = (await store.channels.get(channel))!
    const told = { subscription, error: 'Send Messages is missing.', paused: true, retryAt: null }
    const { components } = renderer.cards.trouble(told)
    const inMail = (person: typeof olga) =>
      Object.assign(server.addMessage(person.dm, '', server.bot), { components })
    expect((await answered(boss.press(inMail(boss), 'Resume'))).text).toContain(
      'Only who subscribed the channel',
    )
    expect(await isPaused(channel)).toBe(true)
    expect((await answered(olga.press(inMail(olga), 'Resume'))).text).toContain('gets posts again')
    expect(await isPaused(channel)).toBe(false)
  })

  test('is not for its maker either, once they have left the server', async () => {
    const channel = await paused()
    const maker = server.addPerson({ username: 'former' })
    const { pausedAt, failures, lastError, ...wish } = (await store.channels.get(channel))!
    await store.channels.subscribe({ ...wish, madeBy: maker.id })
    for (let failure = 1; failure <= 3; failure++) {
      await store.channels.noteFailure(channel, 'No.', { pauseAt: 3, now: 1 })
    }
    const subscription = (await store.channels.get(channel))!
    const told = { subscription, error: 'Send Messages is missing.', paused: true, retryAt: null }
    const { components } = renderer.cards.trouble(told)
    const mail = Object.assign(server.addMessage(maker.dm, '', server.bot), { components })
    maker.leave()
    expect((await answered(maker.press(mail, 'Resume'))).text).toContain('Only who subscribed the channel')
    expect(await isPaused(channel)).toBe(true)
    await store.channels.unsubscribe(channel)
  })

  test('is not for who manages another server', async () => {
    const channel = await paused()
    const other = server.addGuild('Another', { botRoles: [], owner: anna.id })
    const at = server.addChannel({ guild: other.id })
    const { components } = renderer.cards.status({
      ...{ subscriptions: [(await store.channels.get(channel))!], lastIssue: null, nextIssueAt: null },
      feeds: { total: 1, failing: 0 },
    })
    const message = Object.assign(server.addMessage(at, '', server.bot), { components })
    expect((await answered(anna.press(message, 'Resume'))).text).toContain('Only who subscribed the channel')
    expect(await isPaused(channel)).toBe(true)
  })
})

describe('a server', () => {
  /** Two servers that have the bot and a subscription each. */
  async function openTwo() {
    const two = await openHouse({ items: [] })
    onTestFinished(two.close)
    const other = two.server.addGuild('Other', { botRoles: [] })
    for (const guild of [two.server.guild.id, other.id]) await subscribeAt(two, guild)
    const bot = await two.start()
    const person = two.server.addPerson()
    return {
      ...two,
      bot,
      other: other.id,
      /** What the bot has made of all that came before. */
      async active() {
        await person.slash(two.channel, 'help', {}).reply()
        await bot.stop()
        return (await two.store.channels.active()).map(({ guild }) => guild)
      },
    }
  }
  const subscribeAt = ({ store }: House, guild: string) =>
    store.channels.subscribe({
      ...{ channel: `7${guild}`, guild, kind: 'text', mode: 'digest', ideas: [], directions: [] },
      ...{ role: null, discuss: false, publish: false, alertsADay: 3, madeBy: '5', madeAt: 1 },
    })

  test('that the bot leaves gets nothing more, and its data go after 30 days', async () => {
    const { server, other, store, active } = await openTwo()
    server.gateway.dispatch('GUILD_DELETE', { id: other })
    expect(await active()).toEqual([server.guild.id])
    expect(await store.channels.forgetGuilds(house.way.now())).toBe(0)
    expect(await store.channels.forgetGuilds(house.way.now() + 1)).toBe(1)
    expect((await store.channels.list()).map(({ guild }) => guild)).toEqual([server.guild.id])
  })

  test('that has an outage is not left', async () => {
    const { server, other, active } = await openTwo()
    server.gateway.dispatch('GUILD_DELETE', { id: other, unavailable: true })
    expect(await active()).toEqual([server.guild.id, other])
  })

  test('that the bot leaves in the midst of an outage is left', async () => {
    const { server, other, active } = await openTwo()
    server.gateway.dispatch('GUILD_DELETE', { id: other, unavailable: true })
    server.gateway.dispatch('GUILD_DELETE', { id: other })
    expect(await active()).toEqual([server.guild.id])
  })

  test('that the bot comes back to has its subscriptions again', async () => {
    const { server, other, active } = await openTwo()
    server.gateway.dispatch('GUILD_DELETE', { id: other })
    server.gateway.dispatch('GUILD_CREATE', {
      ...{
        id: other,
        name: 'Other',
        owner_id: '5',
        unavailable: false,
        member_count: 1,
        roles: [],
        channels: [],
      },
      ...{
        threads: [],
        members: [],
        emojis: [],
        stickers: [],
        presences: [],
        voice_states: [],
        features: [],
      },
      ...{
        stage_instances: [],
        guild_scheduled_events: [],
        soundboard_sounds: [],
        joined_at: '2026-11-23T09:00:00Z',
      },
    })
    expect(await active()).toEqual([server.guild.id, other])
  })

  test('left while the bot was away is noticed when it comes, and so is one that it came back to', async () => {
    const first = await startDiscordServer()
    onTestFinished(() => first.close())
    const away = await openHouse({ items: [], on: first })
    onTestFinished(away.close)
    const stayed = first.guild.id
    const gone = '700000000000000001'
    for (const guild of [stayed, gone]) await subscribeAt(away, guild)
    await away.store.channels.guildLeft(stayed, 1)
    await (await away.start()).stop()
    expect((await away.store.channels.active()).map(({ guild }) => guild)).toEqual([stayed])
    away.pass(30 * day + 1)
    expect(await away.store.channels.forgetGuilds(away.way.now() - 30 * day)).toBe(1)
    expect((await away.store.channels.list()).map(({ guild }) => guild)).toEqual([stayed])
  })
})

checkBodies(20)
