import { describe, expect, onTestFinished, test } from 'vitest'
import { createSmtp } from '../../src/deliver/index.ts'
import { writeAudience } from '../../src/jobs/audience.ts'
import { cancelSending, deliver, pauseSending, resumeSending } from '../../src/jobs/index.ts'
import { quietDigest, richDigest } from '../fixtures/digests.ts'
import { startSmtpServer } from '../servers/smtp-server.ts'
import { day, hour, startWay } from './way.ts'

/** A way with a mail server on one connection, so many confirmed readers, and a subscribed channel. */
async function startSending(readers: number) {
  const setting = await startWay()
  const { way, server, subscribe } = setting
  const smtp = await startSmtpServer()
  Object.assign(way.post, {
    smtp: createSmtp({ url: smtp.url, connections: 1 }),
    mailsAtOnce: 1,
    mailFrom: 'Freehold <digest@freehold.example>',
    mailAddress: 'digest@freehold.example',
  })
  onTestFinished(async () => {
    await way.post.smtp?.close()
    await smtp.close()
  })
  const channel = server.addChannel()
  await subscribe(channel)
  for (let n = 0; n < readers; n++)
    await way.store.subscribers.add(`reader-${n}@example.org`, { confirmed: true, now: way.now() })
  return {
    ...setting,
    smtp,
    channel,
    got: () => smtp.mails.flatMap(({ envelope }) => envelope.to).toSorted(),
    counts: async (number: number) =>
      Object.fromEntries(
        (await way.store.deliveries.counts(number)).map(({ medium, state, n }) => [`${medium} ${state}`, n]),
      ),
    everybody: Array.from({ length: readers }, (_, n) => `reader-${n}@example.org`).toSorted(),
  }
}

describe('an old issue', () => {
  test('of which nothing has gone out is not sent without a word; the log says how to give it', async () => {
    const { way, release, send, pass, got, log, everybody } = await startSending(2)
    const number = await release(quietDigest)
    pass(3 * day + 1)
    expect(await send()).toMatchObject({ sent: 0 })
    const { paused } = (await way.store.digests.get(number))!
    expect(paused).toBe('It was released more than 3 days ago and nothing of it has gone out.')
    const said = log.filter(({ level }) => level === 'error').map(({ message }) => message)
    expect(said).toEqual([
      expect.stringMatching(/issue 1 is paused: .* freehold digest resume 1 .* freehold digest cancel 1/),
    ])
    pass(day)
    await send()
    expect(got()).toEqual([])
    expect(await resumeSending(way, number)).toEqual({ waiting: 0 })
    await send()
    expect(got()).toEqual(everybody)
  })

  test('whose audience is written down waits too, and a word sends it however long that took', async () => {
    const { way, release, send, pass, got, everybody } = await startSending(2)
    const number = await release(quietDigest)
    await writeAudience(way, number)
    pass(10 * day)
    await send()
    expect(got()).toEqual([])
    expect(await resumeSending(way, number)).toEqual({ waiting: 3 })
    await send()
    expect(got()).toEqual(everybody)
  })

  test('of three days to the moment is sent', async () => {
    const { release, send, pass, got, everybody } = await startSending(1)
    await release(quietDigest)
    pass(3 * day)
    await send()
    expect(got()).toEqual(everybody)
  })

  test('that had begun to go out goes on', async () => {
    const { way, release, send, pass, got, smtp, everybody } = await startSending(3)
    const number = await release(quietDigest)
    smtp.fault({ at: 'rcpt', does: '451 4.3.0 Try later', to: 'reader-1@example.org' })
    await send()
    expect(got()).toHaveLength(2)
    smtp.heal()
    pass(4 * day)
    await send()
    expect((await way.store.digests.get(number))!.paused).toBeNull()
    expect(got()).toEqual(everybody)
  })

  test('does not keep a new one from going', async () => {
    const { release, send, pass, got } = await startSending(1)
    await release(quietDigest)
    pass(7 * day)
    await release(richDigest)
    await send()
    expect(got()).toEqual(['reader-0@example.org'])
  })
})

describe('a pause', () => {
  test('in the midst stops at the next message, though it was claimed ahead; the rest goes after it, nobody twice', async () => {
    const { way, release, smtp, got, counts, everybody, send } = await startSending(8)
    const number = await release(quietDigest)
    smtp.hold()
    const sending = deliver(way)
    await smtp.held(1)
    // One is at the server; the others are claimed by the same process.
    expect(await counts(number)).toMatchObject({ 'email sending': 8 })
    const paused = await pauseSending(way, number, 'A wrong number.')
    expect(paused).toEqual({ waiting: expect.any(Number) })
    smtp.release()
    await sending
    expect(got()).toHaveLength(1)
    expect(await counts(number)).toMatchObject({ 'email sent': 1, 'email pending': 7 })
    await send()
    expect(got()).toHaveLength(1)
    expect((await way.store.digests.get(number))!.paused).toBe('A wrong number.')
    expect(await resumeSending(way, number)).toEqual({ waiting: 7 })
    await send()
    expect(got()).toEqual(everybody)
    expect(await counts(number)).toEqual({ 'email sent': 8, 'discord sent': 1 })
  })

  test('before the audience is written down keeps it open: who confirms meanwhile gets the issue', async () => {
    const { way, release, send, got } = await startSending(1)
    const number = await release(quietDigest)
    expect(await pauseSending(way, number, 'Wait.')).toEqual({ waiting: 0 })
    await send()
    expect(got()).toEqual([])
    await way.store.subscribers.add('late@example.org', { confirmed: true, now: way.now() })
    await resumeSending(way, number)
    await send()
    expect(got()).toEqual(['late@example.org', 'reader-0@example.org'])
  })

  test('of one issue leaves the others alone', async () => {
    const { way, release, send, got, pass } = await startSending(1)
    const first = await release(quietDigest)
    await pauseSending(way, first, 'Wait.')
    pass(hour)
    await release(richDigest)
    await send()
    expect(got()).toEqual(['reader-0@example.org'])
  })

  test('for the reason of a cancelled issue would be taken for one', async () => {
    const { way, release } = await startSending(1)
    const number = await release(quietDigest)
    expect(await pauseSending(way, number, 'It was cancelled. ')).toEqual({
      fault: 'freehold digest cancel 1 cancels an issue; to pause it, give another reason.',
    })
    expect((await way.store.digests.get(number))!.paused).toBeNull()
  })

  test('of what is not sent is a fault that says what to do', async () => {
    const { way } = await startSending(0)
    const options = { now: way.now(), release: false, expectedLast: null }
    const { number } = (await way.store.digests.create(quietDigest, [], options))!
    const fault =
      'Issue 1 has not been released, so nothing of it is sent; freehold digest hold 1 keeps it back.'
    expect(await pauseSending(way, number, 'x')).toEqual({ fault })
    expect(await cancelSending(way, number)).toEqual({ fault })
    expect(await resumeSending(way, number)).toEqual({
      fault: 'Issue 1 is not paused; freehold digest list shows how far it is.',
    })
    expect((await way.store.digests.get(number))!.paused).toBeNull()
  })
})

describe('a cancelled issue', () => {
  test('goes to nobody more, and a word does not bring back what was cancelled', async () => {
    const { way, release, smtp, got, counts, send } = await startSending(5)
    const number = await release(quietDigest)
    smtp.fault({ at: 'rcpt', does: '451 4.3.0 Try later', to: 'reader-1@example.org' })
    smtp.hold()
    const sending = deliver(way)
    await smtp.held(1)
    expect(await cancelSending(way, number)).toMatchObject({ goingOut: 1 })
    smtp.release()
    await sending
    expect(got()).toHaveLength(1)
    const { 'email sent': sent, 'email cancelled': cancelled } = await counts(number)
    expect([sent, cancelled]).toEqual([1, 4])
    expect(await cancelSending(way, number)).toEqual({ cancelled: 0, goingOut: 0 })
    const fault =
      'The sending of issue 1 was cancelled, and what was cancelled stays so. The issue stands in the archive.'
    expect(await resumeSending(way, number)).toEqual({ fault })
    expect(await pauseSending(way, number, 'Something else.')).toEqual({ fault })
    expect((await way.store.digests.get(number))!.paused).toBe('It was cancelled.')
    await send()
    expect(got()).toHaveLength(1)
  })

  test('is none where everything has gone out: nothing is changed, and that is said', async () => {
    const { way, release, send, got, counts, everybody } = await startSending(2)
    const number = await release(quietDigest)
    await send()
    const before = [await way.store.digests.get(number), await counts(number)]
    expect(await cancelSending(way, number)).toEqual({
      fault: expect.stringMatching(/^Nothing of issue 1 is left to stop: .* Nothing was changed;/),
    })
    expect([await way.store.digests.get(number), await counts(number)]).toEqual(before)
    expect(got()).toEqual(everybody)
  })

  test('is one where a message of it still waits for another try', async () => {
    const { way, release, smtp, send, counts } = await startSending(2)
    const number = await release(quietDigest)
    smtp.fault({ at: 'rcpt', does: '451 4.3.0 Try later', to: 'reader-1@example.org' })
    await send()
    expect(await cancelSending(way, number)).toEqual({ cancelled: 1, goingOut: 0 })
    expect(await counts(number)).toMatchObject({ 'email sent': 1, 'email cancelled': 1 })
  })

  test('before its audience was written down goes to nobody at all', async () => {
    const { way, release, send, got, server, channel, counts } = await startSending(2)
    const number = await release(quietDigest)
    expect(await cancelSending(way, number)).toEqual({ cancelled: 0, goingOut: 0 })
    await send()
    await resumeSending(way, number)
    await send()
    expect([got(), server.messages(channel)]).toEqual([[], []])
    expect(await counts(number)).toEqual({})
  })

  test('stands in the archive all the same', async () => {
    const { way, release } = await startSending(0)
    const number = await release(quietDigest)
    await cancelSending(way, number)
    expect(await way.store.digests.get(number)).toMatchObject({
      releasedAt: way.now(),
      paused: 'It was cancelled.',
    })
  })
})
