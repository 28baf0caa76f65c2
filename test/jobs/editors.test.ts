import { describe, expect, onTestFinished, test } from 'vitest'
import { createSmtp } from '../../src/deliver/index.ts'
import { carryOut, type EditorWord, writePreviews } from '../../src/jobs/editors.ts'
import { createDigest, deliver, openEditorsDesk } from '../../src/jobs/index.ts'
import { type Digest, type Feed, type FeedState, unpolled } from '../../src/model/index.ts'
import { quietDigest, richDigest } from '../fixtures/digests.ts'
import { type ReceivedMail, startSmtpServer } from '../servers/smtp-server.ts'
import { day, hour, minute, said, startWay } from './way.ts'

const ada = 'ada@example.org'
const reader = 'reader@example.org'
const approvalMs = 6 * hour

/** A way with a mail server, one confirmed reader, and for editors Ada and a channel. */
async function startDesk() {
  const setting = await startWay()
  const { way, server } = setting
  const smtp = await startSmtpServer()
  const room = server.addChannel({ name: 'editors' })
  Object.assign(way.post, {
    smtp: createSmtp({ url: smtp.url, connections: 2 }),
    mailFrom: 'Freehold <digest@freehold.example>',
    mailAddress: 'digest@freehold.example',
    serviceFrom: 'Freehold <hello@freehold.example>',
    editors: [ada, room],
    approvalMs,
  })
  onTestFinished(async () => {
    await way.post.smtp?.close()
    await smtp.close()
  })
  await way.store.subscribers.add(reader, { confirmed: true, now: way.now() })
  const desk = openEditorsDesk(way)
  const subjects = (to: string) =>
    Promise.all(
      smtp.mails
        .filter(({ envelope }) => envelope.to.includes(to))
        .map(async (mail) => (await mail.parsed()).subject),
    )
  return {
    ...setting,
    smtp,
    room,
    desk,
    subjects,
    /** Freezes an issue that waits for a word. */
    async wait(digest: Digest = richDigest): Promise<number> {
      const last = await way.store.digests.last()
      const made = await way.store.digests.create(digest, [], {
        now: way.now(),
        release: false,
        approveBy: way.now() + approvalMs,
        expectedLast: last?.until ?? null,
      })
      return made!.number
    },
    say: (number: number, what: EditorWord, by = ada) => carryOut(way, number, by, what),
    get: async (number: number) => (await way.store.digests.get(number))!,
  }
}

const issueOf = async (mail: ReceivedMail | undefined) => (await mail!.parsed()).subject!
const tokenIn = (text: string) => /\/desk\/([\w.-]+)/.exec(text)![1]!

describe('an issue that waits for a word', () => {
  test('is shown to every editor once, and to nobody else', async () => {
    const { wait, send, smtp, server, room, subjects, way } = await startDesk()
    const other = server.addChannel()
    await wait()
    expect(await send()).toMatchObject({ sent: 2, failed: 0 })
    expect(await subjects(ada)).toEqual([
      'Preview of Freehold 1: OLMo 4 is out, with every document it was trained on',
    ])
    expect(server.messages(room).map(said)).toEqual([
      expect.stringContaining('**Freehold 1** can be looked at before it goes out: 13 stories'),
    ])
    expect([smtp.mails.length, server.messages(other).length]).toEqual([1, 0])
    await send()
    await deliver({ ...way, owner: 'another' })
    expect([smtp.mails.length, server.messages(room).length]).toEqual([1, 1])
  })

  test('says when it goes out by itself, and gives each editor a link of their own that opens it', async () => {
    const { wait, send, smtp, server, room, desk } = await startDesk()
    await wait()
    await send()
    const mail = await smtp.mails[0]!.parsed()
    const post = said(server.messages(room)[0])
    for (const text of [mail.text!, String(mail.html), post].map((one) => one.replace(/\s+/g, ' '))) {
      expect(text).toContain(
        'Without a word of yours it goes out by itself on 23 November 2026 at 15:00 UTC.',
      )
    }
    const [hers, theirs] = [tokenIn(mail.text!), tokenIn(post)]
    expect(hers).not.toBe(theirs)
    expect(await desk.open(hers)).toMatchObject({ editor: ada, isChannel: false, issue: { number: 1 } })
    expect(await desk.open(theirs)).toMatchObject({ editor: room, isChannel: true, issue: { number: 1 } })
    expect(tokenIn(String(mail.html))).toBe(hers)
  })

  test('goes to the readers by the clock, not a moment before, and once', async () => {
    const { wait, send, pass, subjects, get } = await startDesk()
    const number = await wait()
    await send()
    pass(approvalMs - 1)
    expect(await send()).toMatchObject({ sent: 0 })
    expect((await get(number)).releasedAt).toBeNull()
    pass(1)
    await send()
    expect(await subjects(reader)).toEqual([
      'Freehold 1: OLMo 4 is out, with every document it was trained on',
    ])
    expect(await get(number)).toMatchObject({ releasedBy: null, held: null })
    await send()
    expect(await subjects(reader)).toHaveLength(1)
    expect(await subjects(ada)).toHaveLength(1)
  })

  test('goes at once by a word, which is kept', async () => {
    const { wait, send, say, subjects, get, way, log } = await startDesk()
    const number = await wait()
    await say(number, { word: 'release' })
    expect(await get(number)).toMatchObject({ releasedAt: way.now(), releasedBy: ada })
    expect(log.map(({ message }) => message)).toContain('an editor released an issue')
    await send()
    expect(await subjects(reader)).toHaveLength(1)
    expect(await say(number, { word: 'release' }, 'bob')).toEqual({
      fault: 'Issue 1 has been released already; freehold digest correct 1 adds a note to it.',
    })
    expect((await get(number)).releasedBy).toBe(ada)
  })

  test('that is held never goes by the clock, and goes by a word of who knows that it is held', async () => {
    const { wait, send, say, pass, subjects, get } = await startDesk()
    const number = await wait()
    await say(number, { word: 'hold', reason: 'a number\n is wrong' })
    pass(30 * day)
    await send()
    expect(await subjects(reader)).toEqual([])
    expect((await get(number)).held).toBe('ada@example.org: a number is wrong.')
    expect(await say(number, { word: 'release', evenHeld: false }, 'Bob')).toEqual({
      fault:
        'It has been held meanwhile. ada@example.org: a number is wrong. Release it if you still want to.',
    })
    await say(number, { word: 'release', evenHeld: true }, 'Bob')
    await send()
    expect(await subjects(reader)).toHaveLength(1)
    expect(await get(number)).toMatchObject({ held: null, releasedBy: 'Bob' })
  })

  test('can’t be held once it is released, by the clock or by a word', async () => {
    const { wait, send, say, pass, get } = await startDesk()
    const number = await wait()
    pass(approvalMs)
    await send()
    expect(await say(number, { word: 'hold', reason: 'too late' })).toHaveProperty('fault')
    expect((await get(number)).held).toBeNull()
  })

  test('waits for each issue of its own: a second is shown as the first was', async () => {
    const { wait, send, subjects } = await startDesk()
    await wait()
    await send()
    await wait(quietDigest)
    await send()
    expect(await subjects(ada)).toEqual([
      expect.stringContaining('Freehold 1: '),
      'Preview of Freehold 2: a quiet week',
    ])
  })

  test('is told to nobody where there are no editors, and goes by the clock all the same', async () => {
    const { wait, send, pass, way, smtp, subjects } = await startDesk()
    way.post.editors = []
    await wait()
    expect(await send()).toMatchObject({ sent: 0 })
    expect(smtp.mails).toEqual([])
    pass(approvalMs)
    await send()
    expect(await subjects(reader)).toHaveLength(1)
  })
})

describe('a process that ends in between', () => {
  test('before the previews are written down: the next shows the issue', async () => {
    const { wait, way, send, subjects } = await startDesk()
    const number = await wait()
    expect(await way.store.digests.awaitingPreview()).toEqual([number])
    await send()
    expect(await subjects(ada)).toHaveLength(1)
    expect(await way.store.digests.awaitingPreview()).toEqual([])
  })

  test('after they are written down and before they are sent: they go out once', async () => {
    const { wait, way, send, subjects, server, room } = await startDesk()
    await wait()
    await writePreviews(way)
    await writePreviews({ ...way })
    await send()
    expect([(await subjects(ada)).length, server.messages(room).length]).toEqual([1, 1])
  })

  test('while one is claimed: it goes out when the claim has run out', async () => {
    const { wait, way, send, subjects, pass } = await startDesk()
    await wait()
    await writePreviews(way)
    const lost = { owner: 'dead', now: way.now(), leaseMs: way.leaseMs, limit: 9 }
    expect(await way.store.deliveries.claim({ ...lost, medium: 'email' })).toHaveLength(1)
    await send()
    expect(await subjects(ada)).toEqual([])
    pass(way.leaseMs + 1)
    await send()
    expect(await subjects(ada)).toHaveLength(1)
  })

  test('with a preview half sent: it is not sent a second time, and the issue still goes by the clock', async () => {
    const { wait, way, send, subjects, pass } = await startDesk()
    await wait()
    await writePreviews(way)
    const lost = { owner: 'dead', now: way.now(), leaseMs: way.leaseMs, limit: 9 }
    const [claimed] = await way.store.deliveries.claim({ ...lost, medium: 'email' })
    const claim = { id: claimed!.id, owner: 'dead', attempts: 1 }
    expect(await way.store.deliveries.bodyStarts(claim, way.now())).toBe(true)
    pass(approvalMs)
    await send()
    expect(await subjects(ada)).toEqual([])
    expect(await way.store.deliveries.get(claimed!.id)).toMatchObject({ state: 'unknown' })
    expect(await subjects(reader)).toHaveLength(1)
  })

  test('a preview that is late is not sent of an issue that readers have', async () => {
    const { wait, way, send, say, subjects, smtp } = await startDesk()
    const number = await wait()
    await writePreviews(way)
    await say(number, { word: 'release' })
    await send()
    expect(await subjects(ada)).toEqual([])
    expect(await issueOf(smtp.mails[0])).toMatch(/^Freehold 1/)
  })
})

describe('an issue as it is made', () => {
  const feed = (id: string): Feed => ({
    id,
    title: id,
    url: `https://${id}.example/feed`,
    site: `https://${id}.example`,
    publisher: id,
    kind: 'press',
    group: 'A',
    language: 'en',
    official: true,
    textUse: 'excerpt',
    everyMs: null,
    keep: [],
    block: [],
    maxAgeDays: null,
    enabled: true,
    reason: null,
  })
  const state = (id: string, now: number, failures: number): FeedState => ({
    ...unpolled(id, `https://${id}.example/feed`),
    firstPolledAt: now - 60 * day,
    lastPolledAt: now,
    lastSuccessAt: failures > 0 ? now - 30 * day : now,
    nextPollAt: now,
    failures,
    lastError: failures > 0 ? 'HTTP 503' : null,
    itemsSeen: 5,
  })

  /** Makes the issue of a week in which so many of three feeds failed. */
  async function make(failing: number, release = true) {
    const setting = await startDesk()
    const { way } = setting
    const feeds = ['a', 'b', 'c'].map(feed)
    for (const [at, { id }] of feeds.entries())
      await way.store.feedStates.save(state(id, way.now(), at < failing ? 3 : 0))
    // With no items there is nothing to judge.
    const classifier = async () => ({ by: 'nobody', classify: () => [] }) as never
    const made = await createDigest({ ...way, feeds, classifier }, { release, approvalMs })
    return { ...setting, made }
  }

  test('waits as long as DIGEST_APPROVAL says', async () => {
    const { way, made } = await make(0)
    expect(made).toMatchObject({ releasedAt: null, held: null, approveBy: way.now() + approvalMs })
  })

  test('made by hand waits for nothing but a word', async () => {
    const { made, send, pass, smtp } = await make(0, false)
    expect(made).toMatchObject({ releasedAt: null, held: null, approveBy: null })
    pass(9 * day)
    await send()
    expect(smtp.mails).toEqual([])
  })

  test('is held where most feeds failed; editors are told why, and the clock does not release it', async () => {
    const { made, send, pass, smtp, server, room, subjects } = await make(2)
    const reason = '2 of 3 feeds failed in the period, so that what is missing would look like calm.'
    expect(made).toMatchObject({ held: reason, approveBy: null })
    await send()
    const mail = (await smtp.mails[0]!.parsed()).text!.replace(/\s+/g, ' ')
    for (const told of [mail, said(server.messages(room)[0])]) {
      expect(told).toContain(`This issue is held and goes out only by a word of yours. ${reason}`)
    }
    pass(9 * day)
    await send()
    expect(await subjects(reader)).toEqual([])
    expect(await subjects(ada)).toHaveLength(1)
  })
})

describe('changes', () => {
  test('are kept with who and when, beside the issue as it was composed, and are what readers get', async () => {
    const { wait, say, pass, get, way, smtp, send } = await startDesk()
    const number = await wait()
    const composed = (await get(number)).digest
    await say(number, { word: 'change', change: { what: 'drop', item: 'a1' } })
    pass(minute)
    await say(number, { word: 'change', change: { what: 'lead', text: 'Mine.' } }, 'Bob')
    const { edits, original, digest } = await get(number)
    expect(edits).toEqual([
      { at: '2026-11-23T09:00:00.000Z', by: ada, change: { what: 'drop', item: 'a1' } },
      { at: '2026-11-23T09:01:00.000Z', by: 'Bob', change: { what: 'lead', text: 'Mine.' } },
    ])
    expect(original).toEqual(composed)
    expect(digest.lead).toEqual([{ text: 'Mine.', backing: [], by: 'Bob' }])
    await say(number, { word: 'release' })
    await send()
    const mail = await smtp.mails.find(({ envelope }) => envelope.to.includes(reader))!.parsed()
    expect(mail.text).toContain('Mine.\n— Bob')
    expect(mail.text).not.toContain('allenai.example')
    expect((await get(number)).edits).toEqual(edits)
    expect(way.now()).toBe((await get(number)).releasedAt)
  })

  test('said in one word are made all or none', async () => {
    const { wait, say, get } = await startDesk()
    const number = await wait()
    const before = await get(number)
    const [drop, lost] = [
      { what: 'drop', item: 'a1' },
      { what: 'pin', item: 'zz' },
    ] as const
    expect(await say(number, { word: 'change', change: [drop, lost] })).toEqual({
      fault: 'The issue has no story that is told by item zz.',
    })
    expect(await get(number)).toEqual(before)
    const pin = { what: 'pin', item: 'a3' } as const
    await say(number, { word: 'change', change: [drop, pin] })
    const { edits, digest } = await get(number)
    expect(edits.map(({ by, change }) => [by, change])).toEqual([
      [ada, drop],
      [ada, pin],
    ])
    expect(digest.sections[0]!.stories.map(({ item }) => item)).toEqual(['a3', 'a2', 'a4'])
  })

  test('of what is not there change nothing', async () => {
    const { wait, say, get } = await startDesk()
    const number = await wait()
    const change = { what: 'drop', item: 'zz' } as const
    expect(await say(number, { word: 'change', change })).toEqual({
      fault: 'The issue has no story that is told by item zz.',
    })
    expect(await get(number)).toMatchObject({ edits: [], original: null })
    expect(await say(99, { word: 'change', change })).toEqual({ fault: 'There is no issue 99.' })
  })

  test('come too late once the issue is released', async () => {
    const { wait, say, get } = await startDesk()
    const number = await wait()
    await say(number, { word: 'release' })
    const before = await get(number)
    const change = { what: 'drop', item: 'a1' } as const
    expect(await say(number, { word: 'change', change })).toEqual({
      fault: 'Issue 1 has been released already; freehold digest correct 1 adds a note to it.',
    })
    expect(await get(number)).toEqual(before)
  })

  test('made at the same moment: each is kept or its author is told, and none is lost', async () => {
    const { wait, say, get } = await startDesk()
    const number = await wait()
    const items = ['a1', 'a2', 'a3', 'b1', 'b2', 'c2', 'd1', 'e1']
    const outcomes = await Promise.all(
      items.map((item) => say(number, { word: 'change', change: { what: 'drop', item } }, `by ${item}`)),
    )
    const kept = items.filter((_, at) => 'issue' in outcomes[at]!)
    expect(kept.length).toBeGreaterThan(0)
    const { edits, digest } = await get(number)
    expect(edits.map(({ by }) => by).toSorted()).toEqual(kept.map((item) => `by ${item}`).toSorted())
    const told = digest.sections.flatMap(({ stories }) => stories.map(({ item }) => item))
    expect(items.filter((item) => !told.includes(item))).toEqual(kept)
    for (const outcome of outcomes) {
      if ('fault' in outcome) expect(outcome.fault).toMatch(/^Somebody else changed the issue meanwhile/)
    }
  })

  test('of a lead that its author has not seen are not made', async () => {
    const { wait, say, get } = await startDesk()
    const number = await wait()
    const lead = (text: string, leads: number, by: string) =>
      say(number, { word: 'change', change: { what: 'lead', text }, leads }, by)
    await say(number, { word: 'change', change: { what: 'pin', item: 'a3' } })
    expect(await lead('First.', 0, 'Ada')).toHaveProperty('issue')
    expect(await lead('Unseen.', 0, 'Bob')).toEqual({
      fault: 'Somebody else changed the lead meanwhile. Look at it again, then repeat your change.',
    })
    expect((await get(number)).digest.lead.map(({ text }) => text)).toEqual(['First.'])
    expect(await lead('Seen.', 1, 'Bob')).toHaveProperty('issue')
  })

  test('and a release at the same moment: the change is in the issue that goes out, or its author is told', async () => {
    const { wait, say, get } = await startDesk()
    const number = await wait()
    const change = { what: 'drop', item: 'a1' } as const
    const [changed, released] = await Promise.all([
      say(number, { word: 'change', change }, 'Bob'),
      say(number, { word: 'release' }),
    ])
    expect(released).toHaveProperty('issue')
    const { edits, digest, releasedBy } = await get(number)
    const isThere = digest.sections[0]!.stories.some(({ item }) => item === 'a1')
    expect([isThere, edits.length]).toEqual('issue' in changed ? [false, 1] : [true, 0])
    expect(releasedBy).toBe(ada)
  })
})

describe('the token of a desk', () => {
  test('opens nothing when it is forged, cut short, for another purpose or of somebody who is no editor', async () => {
    const { wait, way, desk, send, smtp } = await startDesk()
    await wait()
    await send()
    const token = tokenIn((await smtp.mails[0]!.parsed()).text!)
    expect(await desk.open(token)).not.toBeNull()
    const { signer } = way.post
    const hash = signer.hash('editor', ada).slice(0, 16)
    for (const bad of [
      '',
      token.slice(0, -1),
      `2${token.slice(1)}`,
      token.replace('.', '..'),
      signer.token('leave', `1-${hash}`),
      signer.token('desk', `2-${hash}`),
      signer.token('desk', `1-${'0'.repeat(16)}`),
      signer.token('desk', '1'),
    ]) {
      expect(await desk.open(bad), bad).toBeNull()
    }
    way.post.editors = way.post.editors.filter((one) => one !== ada)
    expect(await desk.open(token)).toBeNull()
  })
})
