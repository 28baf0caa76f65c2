import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startFeedServer } from '../servers/feed-server.ts'
import { copyCheckout } from '../service/checkout.ts'
import { ownDatabase } from '../store/own-database.ts'

const day = 86_400_000

/** What the three feeds carry; each says in its id how much of its text may be kept. */
export const entries = {
  link: [
    {
      title: 'Harbour Lab releases the weights of Heron 2 under Apache 2.0',
      text: 'The open weights of both sizes can be downloaded today.',
    },
  ],
  excerpt: [
    {
      title: 'A cold week in the machine hall',
      text: `The hall was kept at nine degrees. ${'Nobody has said so far what the chillers cost or who pays for them. '.repeat(8)}`,
    },
    { title: 'Minutes of the gardening club', text: 'Tulips, then lunch.' },
  ],
  full: [
    {
      title: 'What the agency bought',
      text: `A public body has bought ${'one more rack of machines, and then '.repeat(30)}stopped.`,
    },
    {
      title: 'Neuer Stoff aus dem Norden',
      text: 'Wir veröffentlichen heute ein neues Sprachmodell mit offenen Gewichten für alle und freuen uns sehr darüber.',
    },
  ],
}

/**
 * A checkout whose three feeds are served by a real server. `env` are the settings its commands run with.
 */
export async function labellingCheckout() {
  const checkout = copyCheckout()
  const dataDir = join(checkout.dir, 'data')
  const database = await ownDatabase(dataDir)
  const server = await startFeedServer()
  const lists = join(checkout.dir, 'lists')
  mkdirSync(lists)
  const feeds = Object.entries(entries).map(([id, items]) => {
    server.set(`/${id}.xml`, rss(id, items))
    return `  - id: ${id}\n    title: ${id}\n    url: ${server.origin}/${id}.xml\n    site: https://${id}.example/\n    kind: press\n    textUse: ${id}\n`
  })
  writeFileSync(join(lists, 'three.yaml'), `group: Test\nfeeds:\n${feeds.join('')}`)
  return {
    dir: checkout.dir,
    env: {
      DATA_DIR: dataDir,
      DATABASE_URL: database.url,
      FEEDS_DIR: lists,
      ALLOW_PRIVATE_NETWORK: 'true',
    } as Record<string, string>,
    async remove() {
      await server.close()
      await database.remove()
      checkout.remove()
    },
  }
}

function rss(id: string, items: { title: string; text: string }[]): string {
  const all = items.map(
    ({ title, text }, i) =>
      `<item><guid>${id}-${i}</guid><title>${title}</title><link>https://${id}.example/${i}</link>` +
      `<pubDate>${new Date(Date.now() - (i + 1) * day).toUTCString()}</pubDate><description>${text}</description></item>`,
  )
  return `<?xml version="1.0"?><rss version="2.0"><channel><title>${id}</title><link>https://${id}.example/</link>${all.join('')}</channel></rss>`
}
