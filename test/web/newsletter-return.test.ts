import { describe, expect, test } from 'vitest'
import { openArchive, openNewsletter, takeReturn } from '../../src/jobs/index.ts'
import type { LeftReason } from '../../src/model/index.ts'
import { createWeb } from '../../src/web/index.ts'
import { richDigest } from '../fixtures/digests.ts'
import { day, hour, linksOf, linkTo, publicUrl, startPost } from '../mail/post-office.ts'

const ada = 'ada@example.org'
const said = async (answer: Response) => (await answer.text()).replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

/** Ada has read for a day and left as `reason` says; her links, and what a reader finds there. */
async function startLeft(reason: LeftReason = 'link') {
  const setting = await startPost()
  const { reader, way, url, pass } = setting
  const { id } = await reader(ada, { ideas: ['renewal'], directions: ['opens'] })
  const { signer } = way.post
  const paths = {
    leave: `/unsubscribe/${signer.token('leave', id)}`,
    choose: `/preferences/${signer.token('choose', id)}`,
  }
  pass(day)
  if (reason === 'link') await fetch(url + paths.leave, { method: 'POST' })
  else await way.store.subscribers.unsubscribe(id, reason, way.now())
  pass(day)
  return { ...setting, id, paths }
}

describe('one who left by mistake', () => {
  test('follows the links of the pages back, presses one button, and gets the next issue', async () => {
    const { way, url, paths, post, here, release, send, fresh, dump, id } = await startLeft()
    const before = dump()
    const left = await (await fetch(url + paths.leave)).text()
    expect(left).toContain('<h1>You have left already</h1>')
    expect(left).not.toContain('<button')
    const [, way1] = /href="(\/preferences\/[^"]+)"/.exec(left)!
    const page = await (await fetch(here(way1!))).text()
    expect(page).toContain('<h1>You have left</h1>')
    expect(page.match(/<button[^>]*>[^<]*/g)).toEqual([
      '<button type="submit" name="back" value="yes">Come back',
    ])
    expect(page).toMatch(/value="renewal"[^>]* checked/)
    expect(dump()).toEqual(before)

    const answer = await post(paths.choose, { ideas: 'compute-cost', back: 'yes' })
    expect(answer.status).toBe(200)
    expect(await said(answer)).toContain('You are back. From now on you get stories on Compute cost.')
    expect(await way.store.subscribers.get(id)).toMatchObject({
      confirmedAt: way.now(),
      unsubscribedAt: null,
      leftReason: null,
      ideas: ['compute-cost'],
      directions: [],
    })
    await release(richDigest)
    await send()
    expect(fresh().map(({ envelope }) => envelope.to)).toEqual([[ada]])
  })

  test('is not told that anything was saved, and stays away, without that button', async () => {
    const { way, paths, post, id } = await startLeft('mail')
    const answer = await said(await post(paths.choose, { ideas: 'compute-cost' }))
    expect(answer).toContain('You have left')
    expect(answer).not.toMatch(/Saved|From now on/)
    expect(await way.store.subscribers.get(id)).toMatchObject({ leftReason: 'mail' })
  })

  test('comes back once: a second press keeps the day of consent and takes the choice', async () => {
    const { way, paths, post, pass, id } = await startLeft()
    await post(paths.choose, { back: 'yes' })
    const at = way.now()
    pass(day)
    expect(await said(await post(paths.choose, { back: 'yes', directions: 'mixed' }))).toContain(
      'You are back.',
    )
    expect(await way.store.subscribers.get(id)).toMatchObject({ confirmedAt: at, directions: ['mixed'] })
  })

  test('is not brought back from another site, nor by a body that is no form', async () => {
    const { paths, post, url, dump } = await startLeft()
    const before = dump()
    const foreign = { origin: 'https://evil.example' }
    expect((await post(paths.choose, { back: 'yes' }, foreign)).status).toBe(404)
    const json = { method: 'POST', body: '{"back":"yes"}', headers: { 'content-type': 'application/json' } }
    expect((await fetch(url + paths.choose, json)).status).toBe(400)
    expect(dump()).toEqual(before)
  })
})

describe('one who reads and is entered again', () => {
  test('gets one mail an hour, with links to their choice and out; the page says what it says to all', async () => {
    const { reader, post, send, fresh, pass, way } = await startPost()
    const { id } = await reader(ada, { ideas: ['renewal'] })
    pass(hour)
    const known = await (await post('/subscribe', { email: ada })).text()
    expect(known).toBe(await (await post('/subscribe', { email: 'new@example.org' })).text())
    pass(hour - 1)
    await post('/subscribe', { email: ada })
    await send()
    const mails = fresh().filter(({ envelope }) => envelope.to[0] === ada)
    expect(mails).toHaveLength(1)
    expect((await mails[0]!.parsed()).subject).toBe('You read Freehold already')
    const { signer } = way.post
    const links = await linksOf(mails[0]!)
    expect(links).toContain(`${publicUrl}/preferences/${signer.token('choose', id)}`)
    expect(links).toContain(`${publicUrl}/unsubscribe/${signer.token('leave', id)}`)
    expect(links.filter((link) => link.includes('/confirm/'))).toEqual([])
  })

  test('confirms what was ticked in the form, where that is something else than they read', async () => {
    const { reader, post, send, fresh, pass, way, here } = await startPost()
    const { id } = await reader(ada)
    await way.store.subscribers.choose(id, { ideas: ['compute-cost', 'renewal'], directions: [] })
    pass(hour)
    await post('/subscribe', { email: ada, ideas: ['renewal', 'compute-cost'] })
    await send()
    expect((await linksOf(fresh()[0]!)).filter((link) => link.includes('/confirm/'))).toEqual([])
    pass(hour)
    await post('/subscribe', { email: ada, directions: 'opens' })
    await send()
    await fetch(here(await linkTo(fresh()[0]!, 'confirm')), { method: 'POST' })
    expect(await way.store.subscribers.get(id)).toMatchObject({ ideas: [], directions: ['opens'] })
  })

  test('is sent nothing where they have left before the mail goes', async () => {
    const { reader, post, send, fresh, way } = await startPost()
    const { id } = await reader(ada)
    await post('/subscribe', { email: ada })
    await way.store.subscribers.unsubscribe(id, 'link', way.now())
    await send()
    expect(fresh()).toEqual([])
  })
})

describe('one whom a link does not bring back', () => {
  test.each([
    ['bounced', 'Mails to ada@example.org came back.', '/subscribe'],
    ['complained', 'A mail to ada@example.org was reported as unwanted.', 'write to digest@freehold.example'],
    ['operator', 'ada@example.org was taken off the list.', '/subscribe'],
  ] as const)('is told why and what to do instead: %s', async (reason, why, instead) => {
    const { way, url, paths, post, id } = await startLeft(reason)
    for (const answer of [await fetch(url + paths.choose), await post(paths.choose, { back: 'yes' })]) {
      const page = await answer.text()
      const [main] = /<main.*<\/main>/s.exec(page)!
      expect(main).toContain(why)
      expect(main).toContain(instead)
      expect(main).not.toContain('<button')
      expect(main.includes('/subscribe')).toBe(reason !== 'complained')
    }
    const reader = await way.store.subscribers.get(id)
    expect(reader).toMatchObject({ leftReason: reason })
    expect(reader!.unsubscribedAt).not.toBeNull()
  })

  test('is one whose address was suppressed, however they left', async () => {
    const { way, paths, post, reader, id } = await startLeft()
    const hash = way.post.signer.hash('address', ada)
    await way.store.subscribers.forget(ada, hash, way.now())
    expect((await post(paths.choose, { back: 'yes' })).status).toBe(404)
    const again = await reader(ada)
    expect(again.id).not.toBe(id)
    await way.store.subscribers.unsubscribe(again.id, 'link', way.now())
    const path = `/preferences/${way.post.signer.token('choose', again.id)}`
    expect(await said(await post(path, { back: 'yes' }))).toContain('You are off the list')
    expect(await way.store.subscribers.isSuppressed(hash)).toBe(true)
    expect(await way.store.subscribers.audience()).toEqual([])
  })
})

test.each([
  ['whose sender is set', 'digest@freehold.example', null, 'write to the address on the page on privacy'],
  [
    'that names a house alone',
    null,
    'Freehold, 1 Canal Street',
    'write to the address on the page on privacy',
  ],
  ['that names nobody', null, null, 'ask whoever runs this Freehold'],
])('a dead link of a Freehold %s leads to whom that page names', async (_, contact, postalAddress, words) => {
  const { way } = await startPost()
  const { signer } = way.post
  const app = createWeb({
    archive: openArchive(way),
    renderer: way.renderer,
    pages: [],
    ideas: way.ideas,
    stylesheet: '',
    newsletter: {
      newsletter: openNewsletter({ way, signer }),
      takeReturn: (raw) => takeReturn(way, raw),
      signer,
      publicUrl,
      contact,
      postalAddress,
    },
    health: { ready: async () => ({ ready: true }) },
    now: way.now,
    log: way.log,
  })
  const answer = await app.request('/unsubscribe/nothing')
  expect(answer.status).toBe(404)
  expect(await said(answer)).toContain(`If that fails too, ${words}.`)
})
