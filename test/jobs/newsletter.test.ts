import { describe, expect, test } from 'vitest'
import { housekeeping } from '../../src/jobs/housekeeping.ts'
import { networkOf, openNewsletter, readerTokens, tokenLength } from '../../src/jobs/newsletter.ts'
import { createSigner } from '../../src/lib/sign/index.ts'
import { quietDigest } from '../fixtures/digests.ts'
import { day, hour, linkTo, startPost } from '../mail/post-office.ts'

describe('the network of an address', () => {
  test.each([
    ['192.0.2.77', '192.0.2.0/24'],
    ['192.0.2.1', '192.0.2.0/24'],
    ['192.0.3.1', '192.0.3.0/24'],
    ['::ffff:192.0.2.77', '192.0.2.0/24'],
    ['::FFFF:192.0.2.77', '192.0.2.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
    ['2001:0DB8:0001::1', '2001:db8:1::/48'],
    ['2001:db8::1', '2001:db8:0::/48'],
    ['2001:db8:0:ffff::', '2001:db8:0::/48'],
    ['2001::1', '2001:0:0::/48'],
    ['::1', '0:0:0::/48'],
    ['::', '0:0:0::/48'],
    ['fe80::1%eth0', 'fe80:0:0::/48'],
    ['unknown', 'unknown'],
    ['', ''],
  ])('%s is in %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})

describe('a reader’s tokens', () => {
  test('are as long as the room that mails have for them, and each for its purpose', () => {
    const signer = createSigner('a secret of sixteen and more')
    for (let n = 0; n < 50; n++) {
      const id = crypto.randomUUID()
      const { leave, choose } = readerTokens(signer, id)
      expect([leave.length, choose.length]).toEqual([tokenLength, tokenLength])
      expect(leave).not.toBe(choose)
      expect([signer.read('leave', leave), signer.read('choose', choose)]).toEqual([id, id])
      expect([signer.read('choose', leave), signer.read('leave', choose)]).toEqual([null, null])
      expect(createSigner('another secret altogether').read('leave', leave)).toBeNull()
    }
  })
})

describe('what is kept', () => {
  test('of an address that was never confirmed and of its network ends after thirty days', async () => {
    const { post, send, pass, way, dump } = await startPost()
    await post('/subscribe', { email: 'ada@example.org' })
    await send()
    expect(dump().join('\n')).toContain('ada@example.org')
    pass(30 * day)
    expect(await housekeeping(way)).toMatchObject({ unconfirmed: 0 })
    pass(1)
    expect(await housekeeping(way)).toMatchObject({ unconfirmed: 1 })
    expect(dump().filter((row) => /^(subscriber|sign_up|delivery) /.test(row))).toEqual([])
  })

  test('of who has left is a keyed hash after thirty days, and an import does not bring them back', async () => {
    const { reader, release, send, pass, way, dump } = await startPost()
    const ada = await reader('ada@example.org')
    await release(quietDigest)
    await send()
    await way.store.subscribers.unsubscribe(ada.id, 'link', way.now())
    pass(30 * day + 1)
    expect(await housekeeping(way)).toMatchObject({ left: 1 })
    expect(dump().join('\n')).not.toContain('ada@')
    expect(await way.store.subscribers.isSuppressed(way.post.signer.hash('address', 'ada@example.org'))).toBe(
      true,
    )
    expect(await housekeeping(way)).toMatchObject({ left: 0 })
  })

  test('of an asker is no address of their network, only a keyed hash', async () => {
    const { post, dump } = await startPost()
    await post('/subscribe', { email: 'ada@example.org' }, { 'x-forwarded-for': '203.0.113.77' })
    const rows = dump().filter((row) => row.startsWith('sign_up '))
    expect(rows).toHaveLength(2)
    for (const row of rows) expect(row).toMatch(/"key":"[0-9a-f]{64}"/)
    expect(dump().join('\n')).not.toContain('203.0.113')
  })
})

describe('a link', () => {
  test('of who is forgotten leads nowhere', async () => {
    const { reader, release, send, fresh, here, way } = await startPost()
    await reader('ada@example.org')
    await release(quietDigest)
    await send()
    const [mail] = fresh()
    const links = await Promise.all(['preferences', 'unsubscribe'].map((page) => linkTo(mail!, page)))
    await way.store.subscribers.forget(
      'ada@example.org',
      way.post.signer.hash('address', 'ada@example.org'),
      way.now(),
    )
    for (const link of links) expect((await fetch(here(link))).status).toBe(404)
  })

  test('is good for as long as there are readers: a year later one click still ends it', async () => {
    const { reader, release, send, fresh, here, way, pass } = await startPost()
    const { id } = await reader('ada@example.org')
    await release(quietDigest)
    await send()
    const link = await linkTo(fresh()[0]!, 'unsubscribe')
    pass(365 * day)
    expect((await fetch(here(link), { method: 'POST' })).status).toBe(200)
    expect(await way.store.subscribers.get(id)).toMatchObject({ leftReason: 'link' })
  })
})

test('without a network to count, each address is still asked once an hour', async () => {
  const { way, pass, send, fresh } = await startPost()
  const newsletter = openNewsletter({ way, signer: way.post.signer })
  const form = { email: 'ada@example.org', ideas: [], directions: [], network: null }
  for (let n = 0; n < 3; n++) expect(await newsletter.subscribe(form)).toBe('accepted')
  for (let n = 0; n < 20; n++) {
    expect(await newsletter.subscribe({ ...form, email: `reader${n}@example.org` })).toBe('accepted')
  }
  pass(hour)
  await newsletter.subscribe(form)
  await send()
  expect(fresh()).toHaveLength(22 - 1 + 0)
})
