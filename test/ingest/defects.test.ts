import { expect, test } from 'vitest'
import { runParseJob } from '../../src/ingest/parse-job.ts'
import { defectClasses } from './defect-classes.ts'
import { feedOf, rss, rssItem } from './documents.ts'

const url = 'https://example.org/feed.xml'

test.each(defectClasses)(
  'makes the best of $name',
  async ({ document, contentType = null, items, failed, ...rest }) => {
    const body = typeof document === 'string' ? Buffer.from(document) : document
    const outcome = await runParseJob({ body, contentType, url })
    if (failed) {
      expect(outcome).toMatchObject({ kind: 'failed', reason: failed })
      return
    }
    const whole = [1, 2].map((n) => ({
      guid: `id-${n}`,
      url: `https://example.org/${n}`,
      title: `Title ${n}`,
      publishedAt: Date.UTC(2026, 1, n, 10),
    }))
    const expected = items ?? (rest.name === 'an entry alone' ? whole.slice(0, 1) : whole)
    expect(outcome).toMatchObject({ kind: 'feed', items: expected, total: expected.length })
  },
)

test('knows at least 100 classes of defects, each once', () => {
  const names = new Set(defectClasses.map(({ name }) => name))
  expect(names.size).toBe(defectClasses.length)
  expect(names.size).toBeGreaterThanOrEqual(100)
})

test('keeps what the text around a defect says', async () => {
  const feed = await feedOf(
    rss(rssItem(1, { title: 'AT&T &mdash; a < b &foo; caf&eacute;', description: 'x<br>y &amp; z' })),
  )
  expect(feed.items).toMatchObject([{ title: 'AT&T — a < b &foo; café', summary: 'x\ny & z' }])
})

test('does not expand entities a document defines', async () => {
  const bombs = Array.from({ length: 20 }, (_, i) => `<!ENTITY e${i + 1} "&e${i};&e${i};">`).join('')
  const doctype = `<!DOCTYPE rss [<!ENTITY e0 "ha"><!ENTITY file SYSTEM "file:///etc/passwd">${bombs}]>`
  const feed = await feedOf(rss(rssItem(1, { title: '&e20; &file;' })).replace('<rss', `${doctype}<rss`))
  expect(feed.items[0]?.title).toBe('&e20; &file;')
})

test('does not take items that are quoted in a text for items', async () => {
  const quoted = '<![CDATA[<pre>&lt;item&gt;</pre> <item><title>quoted</title></item>]]>'
  const feed = await feedOf(rss(`<!-- ${rssItem(9)} -->${rssItem(1, { 'content:encoded': quoted })}`))
  expect(feed.items.map(({ title }) => title)).toEqual(['Title 1'])
})
