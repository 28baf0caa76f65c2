import { afterAll, beforeAll, expect, test } from 'vitest'
import { canonicalUrl } from '../../src/model/index.ts'
import { openStore } from '../../src/store/index.ts'
import { curatingCheckout, labFeed } from './curating.ts'

let at: Awaited<ReturnType<typeof curatingCheckout>>
let url: string
let followed: { url: string; title: string }
beforeAll(async () => {
  at = await curatingCheckout()
  at.server.set('/posts/harbour.xml', labFeed('Harbour Lab', 'https://harbour-lab.example/'))
  at.server.set('/page', {
    headers: { 'content-type': 'text/html' },
    body: '<html><body>Hello</body></html>',
  })
  url = `${at.server.origin}/posts/harbour.xml`
  // As /suggest-feed does it, before any command has made the database.
  await at.feeds(['suggestions'])
  const store = await openStore(at.env.DATABASE_URL)
  for (const one of [url, url, `${at.server.origin}/page`, 'https://spam.example/']) {
    await store.suggestions.record(canonicalUrl(one)!, one, Date.now())
  }
  const web = { from: 'web', note: 'They train in the open.' } as const
  await store.suggestions.record(canonicalUrl(url)!, url, Date.now(), web)
  const page = `${at.server.origin}/page`
  await store.suggestions.record(canonicalUrl(page)!, page, Date.UTC(2026, 10, 23, 9), { ...web, note: '' })
  const [, title, feedUrl] = /^ {4}title: ([\w ]+)\n {4}url: (\S+)$/m.exec(at.list('labs.yaml'))!
  followed = { title: title!, url: feedUrl! }
  const host = `${at.server.origin}/`
  for (const one of [
    followed.url,
    host,
    'http://www.harbour-lab.example',
    'https://harbour-lab.example/jobs',
  ]) {
    await store.suggestions.record(canonicalUrl(one)!, one, Date.now())
  }
  await store.suggestions.record('https://web.example', 'https://web.example/', Date.UTC(2026, 10, 22), web)
  await store.close()
})
afterAll(() => at.remove())

const suggested = async () =>
  JSON.parse((await at.feeds(['suggestions', '--json'])).stdout).map((one: { url: string }) => one.url)

test('are listed with where they came from and what was said of them', async () => {
  const { stdout } = await at.feeds(['suggestions'])
  const lines = stdout.trimEnd().split('\n')
  expect(lines[0]).toMatch(/^times {2}from +last \(UTC\) +url$/)
  expect(lines[1]).toMatch(/^3 +Discord 2, web 1 {2}.{16} {2}http/)
  expect(lines[1]).toContain(url)
  expect(lines[2]).toBe('       “They train in the open.”')
  expect(lines[3]).toMatch(/^2 +Discord 1, web 1 .*\/page$/)
  expect(lines.slice(-2)).toEqual([
    expect.stringMatching(/^1 +web +2026-11-22 00:00 {2}https:\/\/web\.example\/$/),
    '       “They train in the open.”',
  ])
  expect(lines.filter((line) => /^1 +Discord .*spam\.example/.test(line))).toHaveLength(1)
})

test('a suggestion is accepted: its feed is in the lists, and it is gone', async () => {
  const before = at.list('research.yaml')
  const dry = await at.feeds(['suggestions', '--accept', url, '--kind', 'research', '--dry-run'])
  expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining('+  - id: harbour-lab\n') })
  expect(at.list('research.yaml')).toBe(before)
  expect(await suggested()).toContain(url)
  const twins = [`${at.server.origin}/`, 'http://www.harbour-lab.example']
  expect(await suggested()).toEqual(expect.arrayContaining(twins))
  const accepted = await at.feeds(['suggestions', '--accept', `${url}?utm_source=x`, '--kind', 'research'])
  expect(accepted).toMatchObject({ code: 0, stderr: '' })
  for (const twin of twins)
    expect(accepted.stdout).toContain(
      `The suggestion ${twin} means the same feed and is off the list, too.\n`,
    )
  expect(at.list('research.yaml')).toContain(`    url: ${url}\n`)
  const left = await suggested()
  for (const one of [url, ...twins]) expect(left).not.toContain(one)
  expect(left).toContain('https://harbour-lab.example/jobs')
})

test('one that is followed already is marked as such, and its refusal says how to take it off', async () => {
  const lines = (await at.feeds(['suggestions'])).stdout.split('\n')
  const at1 = lines.findIndex((line) => line.endsWith(followed.url))
  expect(lines[at1 + 1]).toBe(`       followed already as ${followed.title}`)
  const all = JSON.parse((await at.feeds(['suggestions', '--json'])).stdout)
  expect(all.filter((one: { followedAs: string | null }) => one.followedAs !== null)).toEqual([
    expect.objectContaining({ url: followed.url, followedAs: followed.title }),
  ])
  const refused = await at.feeds(['suggestions', '--accept', followed.url, '--kind', 'research'])
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toMatch(/is followed already, at feeds\/labs\.yaml:\d+\. npx freehold/)
  expect(refused.stderr).toContain(` feeds suggestions --dismiss ${followed.url} takes the suggestion off.`)
})

test('one that is no feed, or lacks a group, stays', async () => {
  const page = `${at.server.origin}/page`
  const failed = await at.feeds(['suggestions', '--accept', page, '--kind', 'research'])
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('No feed was found behind') })
  const asked = await at.feeds(['suggestions', '--accept', page])
  expect(asked.code).toBe(2)
  expect(asked.stderr).toContain(`\nnpx freehold feeds suggestions --accept ${page} --group `)
  expect(await suggested()).toContain(page)
})

test('a suggestion is dismissed once', async () => {
  const done = await at.feeds(['suggestions', '--dismiss', 'spam.example', '--json'])
  expect(JSON.parse(done.stdout)).toEqual({ dismissed: 'https://spam.example/', written: true })
  expect(await suggested()).not.toContain('https://spam.example/')
  const again = await at.feeds(['suggestions', '--dismiss', 'spam.example'])
  expect(again).toMatchObject({
    code: 1,
    stderr: 'freehold: spam.example has not been suggested; npx freehold feeds suggestions lists what has.\n',
  })
})
