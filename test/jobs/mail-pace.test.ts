import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deliver } from '../../src/jobs/index.ts'
import { mailPace } from '../../src/jobs/mail-pace.ts'
import { quietDigest } from '../fixtures/digests.ts'
import { hour, minute, second, startPost } from '../mail/post-office.ts'

const none = { perSecond: null, perHour: null, perDomainMinute: null }

describe('the pace', () => {
  test('without limits lets everything go', () => {
    const pace = mailPace(none, () => 0)
    for (let n = 0; n < 10_000; n++) expect(pace.wait('example.org')).toBe(0)
  })

  test('lets so many go in a second, and says how long the next has to wait', () => {
    let now = 0
    const pace = mailPace({ ...none, perSecond: 2 }, () => now)
    expect(pace.wait('a.example')).toBe(0)
    now = 300
    expect(pace.wait('b.example')).toBe(0)
    expect(pace.wait('c.example')).toBe(700)
    now = 999
    expect(pace.wait('c.example')).toBe(1)
    now = 1000
    expect(pace.wait('c.example')).toBe(0)
    expect(pace.wait('d.example')).toBe(300)
  })

  test('counts a domain by itself, however it is written, and not what had to wait', () => {
    let now = 0
    const pace = mailPace({ ...none, perHour: 3, perDomainMinute: 1 }, () => now)
    expect(pace.wait('example.org')).toBe(0)
    for (let n = 0; n < 5; n++) expect(pace.wait('EXAMPLE.org')).toBe(minute)
    expect(pace.wait('other.example')).toBe(0)
    now = minute
    expect(pace.wait('example.org')).toBe(0)
    expect(pace.wait('third.example')).toBe(hour - minute)
    now = hour
    expect(pace.wait('third.example')).toBe(0)
  })

  test('counts what went out before, by whomever', () => {
    const past = [
      { domain: 'A.example', at: 100 },
      { domain: 'b.example', at: 400 },
    ]
    const pace = mailPace({ perSecond: 2, perHour: null, perDomainMinute: 1 }, () => 500, past)
    expect(pace.wait('c.example')).toBe(600)
    expect(pace.wait('a.example')).toBe(minute - 400)
  })

  test('is never exceeded in any span, and nobody waits for longer than it takes', () => {
    const limits = fc.record({
      perSecond: fc.option(fc.integer({ min: 1, max: 5 })),
      perHour: fc.option(fc.integer({ min: 1, max: 40 })),
      perDomainMinute: fc.option(fc.integer({ min: 1, max: 8 })),
    })
    const asks = fc.array(
      fc.record({ after: fc.integer({ min: 0, max: 90_000 }), to: fc.constantFrom('a', 'b') }),
      { maxLength: 200 },
    )
    fc.assert(
      fc.property(limits, asks, (limit, all) => {
        let now = 0
        const gone: { at: number; to: string }[] = []
        const pace = mailPace(limit, () => now)
        for (const { after, to } of all) {
          now += after
          const wait = pace.wait(to)
          if (wait > 0) {
            now += wait
            expect(pace.wait(to)).toBe(0)
          }
          gone.push({ at: now, to })
        }
        const most = (span: number, among: { at: number }[]) =>
          Math.max(0, ...among.map(({ at }, i) => among.slice(i).filter((one) => one.at < at + span).length))
        if (limit.perSecond) expect(most(second, gone)).toBeLessThanOrEqual(limit.perSecond)
        if (limit.perHour) expect(most(hour, gone)).toBeLessThanOrEqual(limit.perHour)
        for (const name of ['a', 'b']) {
          const there = gone.filter(({ to }) => to === name)
          if (limit.perDomainMinute) expect(most(minute, there)).toBeLessThanOrEqual(limit.perDomainMinute)
        }
      }),
    )
  })
})

describe('a mailing under limits', () => {
  test('sends as many as may go, puts the rest off, and loses none', async () => {
    const { reader, release, send, fresh, pass, way } = await startPost({ MAIL_LIMITS: '4/h' })
    for (let n = 0; n < 10; n++) await reader(`reader${n}@example.org`)
    await release(quietDigest)
    const sent: number[] = []
    for (let n = 0; n < 3; n++) {
      sent.push((await send()).sent)
      pass(hour)
    }
    expect(sent).toEqual([4, 4, 2])
    const mails = fresh()
    expect(new Set(mails.map(({ envelope }) => envelope.to[0])).size).toBe(10)
    expect(mails).toHaveLength(10)
    expect((await way.store.deliveries.list({})).map(({ attempts }) => attempts)).toEqual(Array(10).fill(1))
  })

  test('counts what an earlier run sent, and another process', async () => {
    const { reader, release, send, way, pass } = await startPost({ MAIL_LIMITS: '5/h, 3/m per domain' })
    for (let n = 0; n < 3; n++) await reader(`reader${n}@bücher.example`)
    await release(quietDigest)
    expect(await send()).toMatchObject({ sent: 3 })
    pass(second)
    await reader('late@bücher.example')
    for (let n = 0; n < 4; n++) await reader(`reader@small${n}.example`)
    const later = new Date(way.now()).toISOString()
    await release({ ...quietDigest, until: later })
    expect(await deliver({ ...way, owner: 'another process' })).toMatchObject({ sent: 2 })
    pass(hour)
    expect(await send()).toMatchObject({ sent: 5 })
  })

  test('of one domain does not hold up the others', async () => {
    const { reader, release, send, fresh } = await startPost({ MAIL_LIMITS: '2/m per domain' })
    for (let n = 0; n < 5; n++) {
      await reader(`reader${n}@large.example`)
      await reader(`reader@small${n}.example`)
    }
    await release(quietDigest)
    expect(await send()).toMatchObject({ sent: 7, deferred: 0 })
    const domains = fresh().map(({ envelope }) => envelope.to[0]!.split('@')[1])
    expect(domains.filter((domain) => domain === 'large.example')).toHaveLength(2)
  })

  test('lets confirmations go all the same', async () => {
    const { reader, release, send, fresh, post } = await startPost({ MAIL_LIMITS: '1/h' })
    for (let n = 0; n < 3; n++) await reader(`reader${n}@example.org`)
    await release(quietDigest)
    for (let n = 0; n < 3; n++) await post('/subscribe', { email: `new${n}@example.org` })
    expect(await send()).toMatchObject({ sent: 4 })
    expect(fresh().filter(({ envelope }) => envelope.to[0]!.startsWith('new'))).toHaveLength(3)
  })
})
