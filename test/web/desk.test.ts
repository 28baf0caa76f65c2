import { statSync } from 'node:fs'
import { join } from 'node:path'
import { HtmlValidate } from 'html-validate'
import { describe, expect, test } from 'vitest'
import { cancelled, type Digest } from '../../src/model/index.ts'
import { hostile, hostileDigest, richDigest } from '../fixtures/digests.ts'
import { elements, harms, templatesDir, unseen } from '../render/reading.ts'
import { ada, faultIn, main, room, startDesk } from './desk-way.ts'

const buttons = (html: string) =>
  elements(html)
    .filter(({ name }) => name === 'button')
    .map(({ text }) => text)
const titles = (html: string) =>
  elements(html)
    .filter(({ name }) => name === 'h3')
    .map(({ text }) => text)
const under = (digest: Digest, idea: string) =>
  digest.sections.find((section) => section.idea === idea)!.stories.map(({ item }) => item)

describe('the desk', () => {
  test('shows the issue as it stands, whole, and when it goes out', async () => {
    const { get, hers } = await startDesk()
    const { status, html } = await get(hers)
    expect(status).toBe(200)
    expect(titles(html)).toEqual(
      richDigest.sections.flatMap(({ stories }) => stories.map(({ title }) => title)),
    )
    const said = main(html)
    expect(said).toContain('Without a word of yours it goes out by itself on 23 November 2026 at 15:00 UTC.')
    for (const { text } of richDigest.lead) expect(said).toContain(text)
    // Marks of its own become single ones within those that it is quoted in.
    for (const { stories } of richDigest.sections)
      for (const { evidence } of stories)
        expect(said).toContain(evidence.replaceAll('“', '‘').replaceAll('”', '’'))
    expect(said).toContain('Concept of the week: Zoning codes')
    expect(said).toContain('A debate: Investment')
    expect(said).toContain('Freehold read 1,204 items from 58 feeds')
    expect(said).not.toContain('Changes so far')
    // The issue has no page of its own yet.
    expect(html).not.toMatch(/href="\/digests\/1["#]/)
  })

  test('belongs to one: no cache keeps it, no search engine finds it, no script runs, nothing is loaded from elsewhere', async () => {
    const { get, hers } = await startDesk()
    const { headers, html } = await get(hers)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-robots-tag')).toBe('noindex')
    expect(headers.get('etag')).toBeNull()
    expect(headers.get('set-cookie')).toBeNull()
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*form-action 'self'/)
    expect(headers.get('content-security-policy')).not.toContain('script-src')
    expect(html).toContain('<meta name="robots" content="noindex">')
    expect(html).not.toMatch(/<script|<style| style=|rel="canonical"/)
    expect(harms(html).filter((harm) => harm !== '<form>')).toEqual([])
  })

  test('changes nothing by being looked at', async () => {
    const { get, hers, theirs, issue } = await startDesk()
    const before = await issue()
    for (const path of [hers, theirs, `${hers}?do=release`, `${theirs}?name=Bob&drop=a1`]) {
      expect((await get(path)).status).toBe(200)
    }
    expect(await issue()).toEqual(before)
  })

  test.each([
    ['waits', richDigest, {}],
    ['is hostile', hostileDigest, {}],
    ['has a lead by an editor, and is held', richDigest, { held: true }],
  ])('is valid HTML of an issue that %s', async (_, digest, { held }: { held?: boolean }) => {
    const { get, post, theirs } = await startDesk(digest)
    const named = `${theirs}?name=${encodeURIComponent(Object.values(hostile).join(' ').slice(0, 300))}`
    if (held) {
      await post({ do: 'lead', lead: 'Mine.\n\nAnd mine.', leads: '0' }, named)
      await post({ do: 'hold', reason: Object.values(hostile).join(' ') }, named)
    }
    const { html } = await get(named)
    const report = new HtmlValidate({
      root: true,
      extends: ['html-validate:recommended'],
    }).validateStringSync(html)
    expect(report.results.flatMap(({ messages }) => messages.map(({ message }) => message))).toEqual([])
    expect(harms(html).filter((harm) => harm !== '<form>')).toEqual([])
    expect(unseen(html)).toEqual([])
    const ids = elements(html).flatMap(({ attribs }) => attribs.id ?? [])
    expect(ids).toEqual([...new Set(ids)])
  })

  test('stays below 50 KB with its styles, for as many stories as an issue tells', async () => {
    let left = 10
    const ten: Digest = {
      ...richDigest,
      sections: richDigest.sections.map((section) => {
        const stories = section.stories.slice(0, left)
        left -= stories.length
        return { ...section, stories }
      }),
    }
    const { get, hers } = await startDesk(ten)
    const styles = statSync(join(templatesDir, 'freehold.css')).size
    expect(Buffer.byteLength((await get(hers)).html) + styles).toBeLessThan(50_000)
  })
})

describe('a word', () => {
  test('releases the issue and leads back to the page, which then offers nothing', async () => {
    const { post, get, hers, issue, way, send } = await startDesk()
    const answer = await post({ do: 'release', seen: 'free' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, hers])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await issue()).toMatchObject({ releasedAt: way.now(), releasedBy: ada })
    const { html } = await get(hers)
    expect(main(html)).toContain(
      'This issue was released on 23 November 2026 at 09:00 UTC by ada@example.org. ' +
        'Who gets it has not been written down yet.',
    )
    expect(buttons(html)).toEqual([])
    expect(elements(html).filter(({ name }) => ['form', 'input', 'textarea'].includes(name))).toEqual([])
    expect(html).toContain('href="/digests/1"')
    for (const email of ['a@example.org', 'b@example.org'])
      await way.store.subscribers.add(email, { confirmed: true, now: way.now() })
    await send()
    expect(main((await get(hers)).html)).toContain('2 mails sent.')
  })

  test('holds it with a reason that all editors see', async () => {
    const { post, said, theirs, issue } = await startDesk()
    expect((await post({ do: 'hold', reason: 'The price is wrong' })).status).toBe(303)
    expect((await issue()).held).toBe('ada@example.org: The price is wrong.')
    expect(await said(theirs)).toContain(
      'This issue is held and goes out only by a word of yours. ada@example.org: The price is wrong.',
    )
  })

  test('to release what was held meanwhile is asked for again', async () => {
    const { post, theirs, issue, get } = await startDesk()
    await post({ do: 'hold', reason: 'Wait' }, theirs)
    const answer = await post({ do: 'release', seen: 'free' })
    expect(answer).toMatchObject({ status: 409 })
    expect(answer.fault).toBe(
      'It has been held meanwhile. Somebody, in the channel: Wait. Release it if you still want to.',
    )
    expect((await issue()).releasedAt).toBeNull()
    // The page that says so has seen the hold.
    expect(answer.html).toContain('name="seen" value="held"')
    expect(faultIn((await get(theirs)).html)).toBeNull()
    expect((await post({ do: 'release', seen: 'held' })).status).toBe(303)
    expect(await issue()).toMatchObject({ held: null, releasedBy: ada })
  })

  test('that comes too late is told so, on a page that shows what happened', async () => {
    const { post, issue } = await startDesk()
    await post({ do: 'release', seen: 'free' })
    const released = await issue()
    const late: Record<string, string>[] = [{ do: 'hold', reason: 'x' }, { drop: 'a1' }, { do: 'release' }]
    for (const fields of late) {
      const answer = await post(fields)
      expect([answer.status, answer.fault]).toEqual([
        409,
        'Issue 1 has been released already; freehold digest correct 1 adds a note to it.',
      ])
      expect(buttons(answer.html)).toEqual([])
    }
    expect(await issue()).toEqual(released)
  })

  test('of a channel stands under the name that was given, and the page keeps it', async () => {
    const { post, theirs, issue, get } = await startDesk()
    const named = `${theirs}?name=Ada%20L.`
    const { html } = await get(named)
    const [field] = elements(html).filter(({ attribs }) => attribs.id === 'name')
    expect(field!.attribs.value).toBe('Ada L.')
    const action = elements(html).find(({ name, attribs }) => name === 'form' && attribs.method === 'post')!
    expect(action.attribs.action).toBe(named)
    const answer = await post({ pin: 'a3', idea: 'renewal' }, named)
    expect(answer.headers.get('location')).toBe(`${named}#renewal`)
    await post({ drop: 'c3' }, theirs)
    expect((await issue()).edits.map(({ by }) => by)).toEqual([
      'Ada L., in the channel',
      'Somebody, in the channel',
    ])
  })

  test('of one editor stands under their address, whatever name the link says', async () => {
    const { post, hers, issue, get } = await startDesk()
    await post({ drop: 'c3' }, `${hers}?name=Mallory`)
    expect((await issue()).edits.map(({ by }) => by)).toEqual([ada])
    expect((await get(`${hers}?name=Mallory`)).html).not.toContain('Mallory')
  })
})

describe('a change', () => {
  test('drops, pins, moves up and down, and stands in the list with when and who, the last first', async () => {
    const { post, issue, get, hers, pass } = await startDesk()
    const idea = 'renewal'
    await post({ pin: 'a4', idea })
    expect(under((await issue()).digest, idea)).toEqual(['a4', 'a1', 'a2', 'a3'])
    pass(61_000)
    await post({ down: 'a4', idea })
    expect(under((await issue()).digest, idea)).toEqual(['a1', 'a4', 'a2', 'a3'])
    await post({ up: 'a3', idea })
    expect(under((await issue()).digest, idea)).toEqual(['a1', 'a4', 'a3', 'a2'])
    await post({ drop: 'a1', idea })
    const { html } = await get(hers)
    const list = elements(html).filter(({ name }) => name === 'dl')[0]!
    const [early, late] = ['23 November 2026 at 09:00 UTC', '23 November 2026 at 09:01 UTC']
    expect(list.text).toBe(
      [
        `ada@example.org Dropped “OLMo 4 is out, with every document it was trained on”. ${late}`,
        `ada@example.org Set the order under Renewal. ${late}`,
        `ada@example.org Set the order under Renewal. ${late}`,
        `ada@example.org Put “Stability AI seeks a buyer who would keep its image models open” first. ${early}`,
      ].join(' '),
    )
    expect(titles(html)[0]).toBe('Stability AI seeks a buyer who would keep its image models open')
    expect(titles(html).join()).not.toContain('OLMo 4')
  })

  test('takes an item out of a story, beside the publisher that it is named by', async () => {
    const digest = structuredClone(richDigest)
    const story = digest.sections[0]!.stories[0]!
    story.also[0]!.item = 'r1'
    story.items = ['a1', 'r1', 'h1']
    const { post, get, hers, issue, said } = await startDesk(digest)
    const offered = elements((await get(hers)).html).filter(({ attribs }) => attribs.name === 'unlink')
    expect(offered.map(({ text, attribs }) => [text, attribs.value, attribs['aria-label']])).toEqual([
      ['take out', 'r1', 'take out The Register'],
    ])
    expect((await post({ unlink: 'r1', idea: 'renewal' })).status).toBe(303)
    const [after] = (await issue()).digest.sections[0]!.stories
    expect([after!.items, after!.also.map(({ feedTitle }) => feedTitle)]).toEqual([
      ['a1', 'h1'],
      ['heise online'],
    ])
    expect(await said()).toContain(
      'ada@example.org Took The Register out of “OLMo 4 is out, with every document it was trained on”.',
    )
    expect((await post({ unlink: 'r1' })).fault).toBe('The issue has no story that item r1 stands with.')
  })

  test('says where a lead is none, and how far a sending that was stopped is', async () => {
    const { said, way, post } = await startDesk({ ...richDigest, lead: [] })
    expect(await said()).toContain('This issue has no lead.')
    await post({ do: 'release', seen: 'free' })
    await way.store.digests.pause(1, 'A wrong number.')
    expect(await said()).toContain('Its sending is paused. A wrong number.')
    await way.store.digests.pause(1, cancelled)
    expect(await said()).toContain('Its sending was cancelled; what was cancelled stays so.')
  })

  test('is offered where it can be made: the first does not rise, the last does not sink, the only one is not dropped', async () => {
    const [section] = richDigest.sections
    const only = { ...richDigest, sections: [{ ...section!, stories: section!.stories.slice(2, 3) }] }
    const { get, hers, post } = await startDesk(only)
    expect(buttons((await get(hers)).html)).toEqual(['Release now', 'Hold', 'Put it in place'])
    const answer = await post({ drop: 'a3' })
    expect([answer.status, answer.fault]).toEqual([
      409,
      'This is the only story of the issue. Hold the issue if it should not go out.',
    ])
    const rich = await startDesk()
    const { html } = await rich.get(rich.hers)
    const of = (word: string) => buttons(html).filter((text) => text === word).length
    const counts = richDigest.sections.map(({ stories }) => stories.length)
    const moves = counts.reduce((sum, n) => sum + n - 1, 0)
    expect([of('Pin to the top'), of('Up'), of('Down')]).toEqual([moves, moves, moves])
    expect(of('Drop it for good')).toBe(counts.reduce((sum, n) => sum + n, 0))
  })

  test('of the lead puts the editor’s words in place, and takes them back', async () => {
    const { post, get, hers, said, issue } = await startDesk()
    expect(await said()).not.toContain('Take the composed lead back')
    const lead = 'A week for <small> laboratories.\n\n"Both" of them.'
    expect((await post({ do: 'lead', lead, leads: '0' })).status).toBe(303)
    expect((await issue()).digest.lead.map(({ text, by }) => [text, by])).toEqual([
      ['A week for <small> laboratories.', ada],
      ['"Both" of them.', ada],
    ])
    const { html } = await get(hers)
    const field = elements(html).find(({ name }) => name === 'textarea')!
    expect(field.text).toBe('A week for <small> laboratories. "Both" of them.')
    expect(main(html)).toContain('ada@example.org Wrote a lead: “A week for <small> laboratories.')
    expect(buttons(html)).toContain('Take the composed lead back')
    await post({ do: 'composed', leads: '1' })
    expect((await issue()).digest).toEqual({ ...richDigest, number: 1 })
    expect(await said()).toContain('ada@example.org Took the composed lead back.')
  })

  test('of a lead that was changed meanwhile is refused, and what was typed is still there', async () => {
    const { post, theirs, issue } = await startDesk()
    await post({ do: 'lead', lead: 'Theirs.', leads: '0' }, theirs)
    const answer = await post({ do: 'lead', lead: 'Hers, typed for an hour.', leads: '0' })
    expect([answer.status, answer.fault]).toEqual([
      409,
      'Somebody else changed the lead meanwhile. Look at it again, then repeat your change.',
    ])
    expect(main(answer.html)).toContain('Theirs.')
    expect(elements(answer.html).find(({ name }) => name === 'textarea')!.text).toBe(
      'Hers, typed for an hour.',
    )
    expect((await issue()).digest.lead.map(({ text }) => text)).toEqual(['Theirs.'])
    expect((await post({ do: 'lead', lead: 'Hers.', leads: '1' })).status).toBe(303)
  })

  test.each([
    [{ do: 'lead', lead: ' ', leads: '0' }, 'The lead has no words.'],
    [
      { do: 'lead', lead: 'a'.repeat(1501), leads: '0' },
      'The lead is 1501 characters long; it can have 1500.',
    ],
    [{ do: 'lead', lead: 'No count.' }, /^Somebody else changed the lead meanwhile/],
    [{ drop: 'zz' }, 'The issue has no story that is told by item zz.'],
    [{ up: 'a1', idea: 'compute' }, 'That story no longer stands under this idea.'],
    [{ down: 'b1', idea: 'renewal' }, 'That story no longer stands under this idea.'],
    [{ do: 'burn' }, 'The form asked for nothing that can be done here.'],
    [{}, 'The form asked for nothing that can be done here.'],
  ])('that can’t be made (%o) is told in a sentence', async (fields, fault) => {
    const { post, issue } = await startDesk()
    const before = await issue()
    const answer = await post(fields as Record<string, string>)
    expect(answer.status).toBe(409)
    expect(answer.fault).toMatch(fault)
    expect(await issue()).toEqual(before)
  })
})

describe('nobody else', () => {
  test('finds a page under a token that is forged, cut or replayed after its editor was let go', async () => {
    const { get, post, token, hers, way, issue } = await startDesk()
    const before = await issue()
    const leave = way.post.signer.token('leave', '1-0123456789abcdef')
    const none = way.post.signer.token('desk', `9-${way.post.signer.hash('editor', ada).slice(0, 16)}`)
    for (const bad of [token.slice(0, -1), `${token}x`, token.replace('1-', '2-'), leave, none, 'x', '%00']) {
      const seen = await get(`/desk/${bad}`)
      expect([seen.status, main(seen.html)], bad).toEqual([404, expect.stringContaining('opens no desk')])
      expect(seen.headers.get('cache-control')).toBe('no-store')
      expect((await post({ do: 'release' }, `/desk/${bad}`)).status).toBe(404)
    }
    way.post.editors = [room]
    expect((await get(hers)).status).toBe(404)
    expect((await post({ do: 'release' })).status).toBe(404)
    expect(await issue()).toEqual(before)
  })

  test('sends the form from another site', async () => {
    const { post, issue, origin, hers } = await startDesk()
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null', 'sec-fetch-site': 'cross-site' },
    ]
    for (const headers of foreign) {
      const answer = await post({ do: 'release', seen: 'free' }, hers, headers)
      expect([answer.status, answer.fault]).toEqual([
        403,
        'This form was sent from another site, so nothing was done. Please use this page.',
      ])
    }
    expect((await issue()).releasedAt).toBeNull()
    for (const own of [origin, 'https://freehold.example', 'null']) {
      expect((await post({ pin: 'a3' }, hers, { origin: own })).status).toBe(303)
    }
  })

  test('sends a form too large to be one', async () => {
    const { post, issue } = await startDesk()
    expect((await post({ do: 'lead', lead: 'a'.repeat(40_000), leads: '0' })).status).toBe(413)
    expect((await issue()).edits).toEqual([])
  })

  test('is led elsewhere by what a form says', async () => {
    const { post, theirs } = await startDesk()
    const named = `${theirs}?name=${encodeURIComponent('x\r\nset-cookie: a=b&//evil.example')}`
    const { headers } = await post({ pin: 'a3', idea: '//evil.example"' }, named)
    expect(headers.get('location')).toBe(named)
    expect(headers.get('set-cookie')).toBeNull()
  })
})

test('under a path of its own the page leads back to itself', async () => {
  const { post, get, hers } = await startDesk(richDigest, '/news')
  const answer = await post({ pin: 'a3', idea: 'renewal' })
  expect(answer.headers.get('location')).toBe(`/news${hers}#renewal`)
  expect((await get(hers)).status).toBe(200)
})
