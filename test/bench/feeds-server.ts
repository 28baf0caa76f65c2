/**
 * Serves feeds of 30 items for the bench of polling, each on a host address of its own (127.0.x.y), with ETags: 1,000 that
 * are measured, and some to warm up with.
 * Prints its port on a line of its own and runs until it is killed. `node feeds-server.ts short|long`.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { feedNumber, measured, warming } from './feeds-hosts.ts'

const itemsEach = 30
const labels = join(import.meta.dirname, '..', '..', 'wiki', 'labels')
/** What real feeds speak of: the texts of the labels. */
const texts = readdirSync(labels)
  .sort()
  .flatMap((name) => readFileSync(join(labels, name), 'utf8').trim().split('\n'))
  .map((line) => JSON.parse(line) as { title: string; summary?: string })

const textOf = (n: number) => texts[n % texts.length]!
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

function item(feed: number, n: number, paragraphs: number): string {
  const first = feed * itemsEach + n
  const { title, summary = '' } = textOf(first)
  const url = `https://feed-${feed}.example/posts/${n}?utm_source=rss&amp;id=${n}`
  const date = new Date(Date.UTC(2026, 8, 1) + feed * 60_000 - n * 5 * 3_600_000).toUTCString()
  const full = Array.from({ length: paragraphs }, (_, i) => {
    const text = textOf(first + i * 101)
    return `<p>${escaped(text.summary ?? '')} <a href="/more/${i}">${escaped(text.title)}</a></p>`
  })
  return `<item><title>${escaped(title)} (${feed}-${n})</title><link>${url}</link>
<guid isPermaLink="false">post-${feed}-${n}</guid><pubDate>${date}</pubDate>
<description><![CDATA[<p>${escaped(summary)}</p>]]></description>${
    full.length ? `<content:encoded><![CDATA[${full.join('\n')}]]></content:encoded>` : ''
  }</item>`
}

function feedOf(feed: number, paragraphs: number): string {
  const items = Array.from({ length: itemsEach }, (_, n) => item(feed, n, paragraphs)).join('\n')
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Feed ${feed}</title>
<link>https://feed-${feed}.example/</link><description>What is new</description><language>en</language>
${items}
</channel></rss>`
}

const paragraphs = process.argv[2] === 'long' ? 8 : 0
const made = new Map<number, { body: Buffer; etag: string }>()
for (let n = 0; n < measured + warming; n++) {
  const body = Buffer.from(feedOf(n, paragraphs))
  made.set(n, { body, etag: `"${createHash('sha1').update(body).digest('hex')}"` })
}

const server = createServer((request, response) => {
  const feed = made.get(feedNumber(request.socket.localAddress ?? ''))
  if (!feed) return response.writeHead(404).end()
  if (request.headers['if-none-match'] === feed.etag)
    return response.writeHead(304, { etag: feed.etag }).end()
  response.writeHead(200, { 'content-type': 'application/rss+xml', etag: feed.etag }).end(feed.body)
})
// All of 127.0.0.0/8 is this machine, and a listener on all addresses hears them all.
server.listen(0, '0.0.0.0', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
