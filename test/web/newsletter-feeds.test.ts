import { parseJsonFeed } from 'feedsmith'
import { expect, test } from 'vitest'
import { richDigest } from '../fixtures/digests.ts'
import { hour, publicUrl, startPost } from '../mail/post-office.ts'

test('a feed is another to who asks again once an issue was put right, and the issue is the same', async () => {
  const { url, way, release, pass } = await startPost()
  const released = new Date(way.now()).toISOString()
  const number = await release(richDigest)
  const asked = async (etag = '') => {
    const headers = { 'if-none-match': etag }
    return fetch(`${url}/feeds/digests.json`, { headers })
  }
  const first = await asked()
  const [before] = parseJsonFeed(await first.json()).items!
  expect(before).toMatchObject({ id: `${publicUrl}/digests/${number}`, date_published: released })
  expect((await asked(first.headers.get('etag')!)).status).toBe(304)

  pass(hour)
  const at = new Date(way.now()).toISOString()
  await way.store.digests.correct(number, { at, note: 'It has 34 billion parameters.' })
  const second = await asked(first.headers.get('etag')!)
  expect(second.status).toBe(200)
  const [after] = parseJsonFeed(await second.json()).items!
  expect(after).toMatchObject({ id: before!.id, date_published: released, date_modified: at })
  expect(after!.content_html).toContain('It has 34 billion parameters.')
})
