import { afterAll, describe, expect, test } from 'vitest'
import { composePeriod, createDigest, openPeriod } from '../../src/jobs/index.ts'
import { day, hour, week } from '../../src/model/index.ts'
import { hostileDigest, hugeDigest, richDigest } from '../fixtures/digests.ts'
import { answered, ephemeral, openHouse, renderer, said, site, v2 } from './bot.ts'
import { checkBodies } from './checks.ts'

const house = await openHouse()
await house.start()
afterAll(() => house.close())
const { server, store, channel, items } = house
const anna = server.addPerson({ username: 'anna' })
const run = (name: string, options = {}) => answered(anna.slash(channel, name, options))

describe('before the first issue', () => {
  test('/digest says when it comes', async () => {
    const { text, hidden } = await run('digest')
    expect(hidden).toBe(true)
    expect(text).toMatch(
      /^No issue has been published yet\. Digests are made every Monday at 09:00 .*UTC.*\.$/,
    )
  })

  test('/status says so too, with the time of the next', async () => {
    const { text, hidden } = await run('status')
    expect(hidden).toBe(true)
    const next = house.way.now() / 1000 + week / 1000
    expect(text).toContain(`-# no issue has been sent yet · next issue <t:${next}:R> · all 30 feeds answer`)
    expect(text).toContain('**No channel of this server gets anything from Freehold yet**')
  })

  test('/why finds an item by words of its title, its link and its id', async () => {
    const item = items.find(({ title }) => title === 'Hollin buys a computer for everybody')!
    const wanted = ['buys a COMPUTER', item.url!, `${item.url}?utm_source=x`, item.id, item.id.slice(0, 8)]
    for (const one of wanted) {
      const { text, hidden, buttons } = await run('why', { item: one })
      expect(text, one).toContain(`**[${item.title}](${item.url})**\n-# The Hollin Post · <t:`)
      expect(text).toContain('▲ **Compute cost** · opens · 80 % sure\n> “The town and the technical college')
      expect(hidden).toBe(true)
      expect(buttons).toEqual([['Wrong label?', `label:${item.id}`]])
    }
  })

  test('/why says what the next issue will do with an item', async () => {
    const { fates } = await composePeriod(house.way, await openPeriod(house.way), true)
    const itemThatIs = (fate: string) => [...fates].find(([, one]) => one.fate === fate)![0]
    expect((await run('why', { item: itemThatIs('told') })).text).toContain('The next digest tells it with “')
    expect((await run('why', { item: itemThatIs('weaker') })).text).toMatch(
      /It bears on .*, but its story “.*by strength/,
    )
  })

  test('/why of an item without an idea says so', async () => {
    const plain = items.find(({ labels, language }) => labels.length === 0 && language === 'en')!
    const { text } = await run('why', { item: plain.url! })
    expect(text).toContain('It was given no key idea.\n-# No key idea is given to it.')
  })

  test('/why of nothing says where else to look', async () => {
    const { text } = await run('why', { item: 'https://elsewhere.example/story' })
    expect(text).toMatch(/^No stored item has that title or link\.\n.*\/sources lists those that are/)
  })
})

describe('when issues are out', () => {
  test('/digest gives the last with all its messages, only to who asked', async () => {
    const made = await createDigest(house.way, { release: true })
    house.pass(hour)
    const whole = renderer.discord(made.digest)
    expect(whole.length).toBeGreaterThan(1)
    const sent = anna.slash(channel, 'digest', {})
    const { message, hidden, first } = await answered(sent)
    await server.until(() => sent.followUps().length === whole.length - 1)
    expect([first, hidden]).toEqual([5, true])
    const messages = [message, ...sent.followUps()]
    expect(messages.map(said)).toEqual(
      whole.map(({ components }) => said({ components: components as never })),
    )
    expect(messages.map(({ flags }) => flags)).toEqual(messages.map(() => v2 | ephemeral))
    expect(server.messages(channel)).toEqual([])
  })

  test('/why names the issue that told it', async () => {
    const { digest } = (await store.digests.last())!
    const [section] = digest.sections
    const { text } = await run('why', { item: section!.stories[0]!.url! })
    expect(text).toContain(`Told in issue 1 under ${section!.name}.`)
  })

  test('/digest by number, and of one that there is not', async () => {
    house.pass(6 * day)
    const last = await store.digests.last()
    await store.digests.create(
      { ...richDigest, since: last!.digest.until, until: new Date(house.way.now()).toISOString() },
      [],
      {
        now: house.way.now(),
        release: true,
        expectedLast: last!.until,
      },
    )
    expect((await run('digest', { number: 1 })).text).toContain('## Freehold 1\n')
    expect((await run('digest')).text).toContain('## Freehold 2\n')
    expect((await run('digest', { number: 7 })).text).toBe('There is no issue 7. The last one is 2.')
  })

  test('/digest does not show one that is held back', async () => {
    const last = await store.digests.last()
    await store.digests.create({ ...richDigest, number: 3 }, [], {
      now: house.way.now(),
      release: false,
      expectedLast: last!.until,
    })
    expect((await run('digest', { number: 3 })).text).toBe('There is no issue 3. The last one is 2.')
    expect((await run('digest')).text).not.toContain('Freehold 3')
    const { text } = await run('status')
    expect(text).toContain(`last issue [Freehold 2](${site}/digests/2), <t:`)
  })

  test.each([
    ['hostile words', hostileDigest],
    ['two hundred stories', hugeDigest],
  ])('/digest of an issue of %s keeps within the limits', async (_, digest) => {
    const last = await store.digests.last()
    const { now } = house.way
    await store.digests.create(digest, [], { now: now(), release: true, expectedLast: last!.until })
    const sent = anna.slash(channel, 'digest', {})
    const message = await sent.reply()
    const whole = renderer.discord({ ...digest, number: last!.number + 1 })
    await server.until(() => sent.followUps().length === whole.length - 1)
    expect(said(message)).toContain(`## Freehold ${last!.number + 1}\n`)
    expect(sent.refusals()).toEqual([])
  })
})

checkBodies(30)
