import { describe, expect, test } from 'vitest'
import { writeAlerts } from '../../src/jobs/alerts.ts'
import { quietDigest, section, story } from '../fixtures/digests.ts'
import { startWithFeeds, tell, three, titles } from './stories.ts'
import { day, hour, minute, said, second, type TestWay } from './way.ts'

const [prices, libraries, weights] = titles

/** A channel that wants alerts, and everything it got: the titles it was told. */
async function start(wish: Parameters<TestWay['subscribe']>[1] = {}, type = 0) {
  const setting = await startWithFeeds()
  const channel = setting.server.addChannel({ type, tags: [{ name: 'Renewal' }] })
  await setting.subscribe(channel, { mode: 'alerts', ...wish })
  return { ...setting, channel }
}

/** Looks for alerts and sends them. Gives how many there were. */
async function alertNow({ way, send }: TestWay): Promise<number> {
  const made = await writeAlerts(way)
  await send()
  return made
}

/** Of these titles those that a channel was told of, one for each message. */
function toldIn({ server }: TestWay, channel: string): string[] {
  return server
    .messages(channel)
    .flatMap((message) => titles.filter((title) => said(message).includes(title)))
}

describe('a strong story is told', () => {
  test('to the channels that want alerts, and to no others', async () => {
    const setting = await start()
    const { server, way, subscribe, channel } = setting
    const [both, digests, named] = [server.addChannel(), server.addChannel(), server.addChannel()]
    await subscribe(both, { mode: 'both' })
    await subscribe(digests)
    way.post.channels.push(named)
    await tell(setting, prices!)
    expect(await alertNow(setting)).toBe(1)
    expect(toldIn(setting, channel)).toEqual([prices])
    expect(toldIn(setting, both)).toEqual([prices])
    expect([digests, named].flatMap((one) => server.messages(one))).toEqual([])
    expect(said(server.messages(channel)[0])).toContain('also: ')
  })

  test('on to those who follow an announcement channel, with its role, and without a thread for talk', async () => {
    const role = '223456789012345678'
    const wish = { kind: 'announcement', publish: true, discuss: true, role } as const
    const setting = await start(wish, 5)
    const { server, channel, states } = setting
    await tell(setting, prices!)
    await alertNow(setting)
    expect(await states(channel)).toEqual(['message 0 sent', 'publish 0 sent'])
    expect(server.messages(channel)).toMatchObject([{ flags: (1 << 15) | 1, mention_roles: [role] }])
    expect(server.threads(channel)).toEqual([])
  })

  test.each([
    ['its title', prices!, prices!],
    ['a title too long for Discord, cut between characters', '😀'.repeat(60), `${'😀'.repeat(49)}…`],
    ['a title that turns round and breaks', 'user\u202Egnp.exe \n\u2066 isolated', 'usergnp.exe isolated'],
    ['no title that can be seen', '\u200B', 'Untitled'],
  ])('in a forum, as a post of its own under its idea’s tag: %s', async (_, title, name) => {
    const setting = await start({ kind: 'forum' }, 15)
    const { server, way, channel, send, states } = setting
    const alert = {
      id: 'a',
      idea: 'renewal',
      ideaName: 'Renewal',
      story: story({ item: 'a', title }),
      madeAt: way.now(),
    }
    await way.store.alerts.create(
      alert,
      ['a'],
      [{ medium: 'discord', target: channel, part: 0, step: 'forum' }],
    )
    await send()
    expect(await states(channel)).toEqual(['forum 0 sent'])
    const [post] = server.threads(channel)
    expect(server.describe(post!)).toMatchObject({ name, applied_tags: [expect.any(String)] })
  })

  test('as far as a channel’s ideas and directions go', async () => {
    const setting = await start({ ideas: ['compute-cost'] })
    const { server, subscribe, channel } = setting
    const closing = server.addChannel()
    await subscribe(closing, { mode: 'alerts', directions: ['closes'] })
    await tell(setting, prices!, { idea: 'compute-cost', direction: 'closes' })
    await tell(setting, libraries!, { idea: 'compute-cost' })
    await tell(setting, weights!)
    await alertNow(setting)
    expect(toldIn(setting, channel).sort()).toEqual([prices, libraries].sort())
    expect(toldIn(setting, closing)).toEqual([prices])
  })

  test('not when too few publishers carry it, or its idea is in doubt', async () => {
    const setting = await start()
    await tell(setting, prices!, { feeds: three.slice(0, 2) })
    await tell(setting, libraries!, { score: 0.6 })
    // A publisher's second feed is no second publisher.
    await tell(setting, weights!, { feeds: ['ledgerline', 'tideline', 'tideline-markets'] })
    expect(await alertNow(setting)).toBe(0)
    expect(setting.server.messages(setting.channel)).toEqual([])
  })
})

describe('a channel is told', () => {
  test('so many stories in 24 hours as it asked for, the strongest first', async () => {
    const setting = await start({ alertsADay: 2 })
    const { server, subscribe, channel, pass } = setting
    const eager = server.addChannel()
    await subscribe(eager, { mode: 'alerts', alertsADay: 10 })
    const scores = [0.93, 0.97, 0.94, 0.99, 0.95]
    for (const [i, title] of titles.entries()) await tell(setting, title, { score: scores[i]! })
    expect(await alertNow(setting)).toBe(5)
    const strongest = [titles[3]!, titles[1]!]
    expect(toldIn(setting, channel).sort()).toEqual(strongest.toSorted())
    expect(toldIn(setting, eager).sort()).toEqual(titles.toSorted())

    pass(day - second)
    await tell(setting, 'Moss AI opens its training data to everybody')
    expect(await alertNow(setting)).toBe(1)
    expect(server.messages(channel)).toHaveLength(2)
    expect(server.messages(eager)).toHaveLength(6)
    pass(second)
    await tell(setting, 'Court of Hollin lets a copyright case against Corvane go on')
    expect(await alertNow(setting)).toBe(1)
    expect(server.messages(channel)).toHaveLength(3)
  })

  test('no story twice, however often it is looked for and whoever else carries it', async () => {
    const setting = await start({ alertsADay: 10 })
    const { way, channel, pass } = setting
    await tell(setting, prices!)
    // Two processes that find it at the same time.
    expect((await Promise.all([writeAlerts(way), writeAlerts(way)])).sort()).toEqual([0, 1])
    expect(await alertNow(setting)).toBe(0)
    pass(hour)
    await tell(setting, prices!, { feeds: ['hollin-post', 'signal-quay', 'eu-brief', 'longshore'] })
    expect(await alertNow(setting)).toBe(0)
    pass(10 * day)
    await tell(setting, `${prices}, it says`, { feeds: ['hollin-post', 'signal-quay', 'eu-brief'] })
    expect(await alertNow(setting)).toBe(0)
    expect(toldIn(setting, channel)).toEqual([prices])
  })

  test('nothing that a digest has told', async () => {
    const setting = await start()
    const { channel, release, pass } = setting
    const [item, ...others] = await tell(setting, prices!)
    const told = story({ item: item!, title: prices!, items: [item!, ...others] })
    await release({ ...quietDigest, sections: [section('renewal', [told])] })
    expect(await alertNow(setting)).toBe(0)
    pass(3 * day)
    await tell(setting, `${prices}, it says`, { feeds: ['hollin-post', 'signal-quay', 'eu-brief'] })
    expect(await alertNow(setting)).toBe(0)
    expect(setting.server.messages(channel)).toEqual([])
  })

  test('nothing that came in before it subscribed', async () => {
    const setting = await start()
    const { server, subscribe, channel, pass } = setting
    await tell(setting, prices!)
    pass(minute)
    const late = server.addChannel()
    await subscribe(late, { mode: 'alerts' })
    await alertNow(setting)
    expect([channel, late].map((one) => toldIn(setting, one))).toEqual([[prices], []])
    await tell(setting, libraries!)
    await alertNow(setting)
    expect(toldIn(setting, late)).toEqual([libraries])
  })

  test('nothing that happened more than two days ago, came in more than one ago, or stood in a feed before us', async () => {
    const setting = await start({ alertsADay: 10 })
    const { way, pass, channel } = setting
    pass(2 * day)
    const now = way.now()
    await tell(setting, titles[0]!, { publishedAt: now - 2 * day - 1 })
    await tell(setting, titles[1]!, { seenAt: now - day - 1 })
    await tell(setting, titles[2]!, { baseline: true })
    expect(await alertNow(setting)).toBe(0)
    await tell(setting, titles[3]!, { publishedAt: now - 2 * day })
    await tell(setting, titles[4]!, { seenAt: now - day })
    expect(await alertNow(setting)).toBe(2)
    expect(toldIn(setting, channel)).toHaveLength(2)
  })

  test('nothing later than twelve hours after it was found', async () => {
    const setting = await start()
    const { server, way, channel, send, pass, states } = setting
    server.fault(channel, { retryAfter: 6 * 3600 })
    await tell(setting, prices!)
    await alertNow(setting)
    pass(12 * hour)
    expect(await send()).toMatchObject({ deferred: 1 })
    server.heal()
    await tell(setting, libraries!)
    await writeAlerts(way)
    pass(6 * hour)
    expect(await send()).toMatchObject({ sent: 1 })
    expect(toldIn(setting, channel)).toEqual([libraries])
    expect((await states(channel)).sort()).toEqual(['message 0 cancelled', 'message 0 sent'])
    // What came to nothing is no part of the day's allowance.
    expect(await way.store.posts.alertsSince(way.now() - day)).toEqual(new Map([[channel, 1]]))
  })
})

test('without Discord no alerts are written down', async () => {
  const setting = await start()
  setting.way.post.discord = null
  await tell(setting, prices!)
  expect(await writeAlerts(setting.way)).toBe(0)
})
