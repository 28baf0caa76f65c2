import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { canonicalUrl } from '../../src/model/index.ts'
import { openStore } from '../../src/store/index.ts'
import { curatingCheckout, labFeed } from './curating.ts'

let at: Awaited<ReturnType<typeof curatingCheckout>>
let url: string
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
  const store = await openStore(`sqlite:${join(at.dir, 'data', 'freehold.db')}`)
  for (const one of [url, url, `${at.server.origin}/page`, 'https://spam.example/']) {
    await store.suggestions.record(canonicalUrl(one)!, one, Date.now())
  }
  const web = { from: 'web', note: 'They train in the open.' } as const
  await store.suggestions.record(canonicalUrl(url)!, url, Date.now(), web)
  const page = `${at.server.origin}/page`
  await store.suggestions.record(canonicalUrl(page)!, page, Date.UTC(2026, 10, 23, 9), { ...web, note: '' })
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
  const accepted = await at.feeds(['suggestions', '--accept', `${url}?utm_source=x`, '--kind', 'research'])
  expect(accepted).toMatchObject({ code: 0, stderr: '' })
  expect(at.list('research.yaml')).toContain(`    url: ${url}\n`)
  expect(await suggested()).not.toContain(url)
})

test('one that is no feed, or lacks a group, stays', async () => {
  const page = `${at.server.origin}/page`
  const failed = await at.feeds(['suggestions', '--accept', page, '--kind', 'research'])
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('No feed was found behind') })
  expect((await at.feeds(['suggestions', '--accept', page])).code).toBe(2)
  expect(await suggested()).toContain(page)
})

test('a suggestion is dismissed once', async () => {
  const done = await at.feeds(['suggestions', '--dismiss', 'spam.example', '--json'])
  expect(JSON.parse(done.stdout)).toEqual({ dismissed: 'https://spam.example/', written: true })
  expect(await suggested()).not.toContain('https://spam.example/')
  const again = await at.feeds(['suggestions', '--dismiss', 'spam.example'])
  expect(again).toMatchObject({
    code: 1,
    stderr: 'freehold: spam.example has not been suggested; freehold feeds suggestions lists what has.\n',
  })
})
