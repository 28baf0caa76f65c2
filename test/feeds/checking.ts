import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openStore, type Store } from '../../src/store/index.ts'
import { startFeedServer } from '../servers/feed-server.ts'
import { copyCheckout } from '../service/checkout.ts'
import { freehold } from '../service/freehold.ts'
import { ownDatabase } from '../store/own-database.ts'

const day = 86_400_000

interface FeedWish {
  title?: string
  language?: string
  items?: number
  /** Age of the newest, and the time between two. */
  age?: number
  every?: number
  dated?: boolean
  /** What an item is called and says. */
  words?: (i: number) => { title: string; text: string }
  /** Where its items lead. */
  site?: string
}

const english = (i: number) => ({
  title: `The harbour lab publishes report number ${i} on open weights`,
  text: `Report ${i} says in plain words what the weights of a model may be used for, and by whom.`,
})

/** A feed as a site gives it; each item leads to a page of its own below `site`. */
export function rss(wish: FeedWish = {}): string {
  const { title = 'Harbour', language = 'en', items = 8, age = day, every = 2 * day, dated = true } = wish
  const { words = english, site = 'https://harbour.example' } = wish
  const entries = Array.from({ length: items }, (_, i) => {
    const date = new Date(Date.now() - age - i * every).toUTCString()
    const { title: name, text } = words(i)
    return `<item><guid>${site}/${i}</guid><title>${name}</title><link>${site}/${i}</link>${dated ? `<pubDate>${date}</pubDate>` : ''}<description>${text}</description></item>`
  })
  return `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>${title}</title><link>${site}</link><language>${language}</language>${entries.join('')}</channel></rss>`
}

/** An entry as its file holds it. */
export interface ListEntry {
  id: string
  title?: string
  url: string
  site?: string
  more?: string[]
}

/** A checkout whose only list is what a test says, and a server under every address of 127.0.0.0/8. */
export async function checkingCheckout() {
  const checkout = copyCheckout()
  const feedsDir = join(checkout.dir, 'feeds')
  const server = await startFeedServer('0.0.0.0')
  const port = new URL(server.origin).port
  const dataDir = join(checkout.dir, 'data')
  const database = await ownDatabase(dataDir)
  const env = { DATA_DIR: dataDir, DATABASE_URL: database.url, ALLOW_PRIVATE_NETWORK: 'true' }
  const git = (...args: string[]) =>
    execFileSync(
      'git',
      ['-C', checkout.dir, '-c', 'user.name=T', '-c', 'user.email=t@example.org', ...args],
      {
        encoding: 'utf8',
      },
    )
  return {
    dir: checkout.dir,
    env,
    feedsDir,
    server,
    /** The origin of the `n`-th host. */
    host: (n: number) => `http://127.0.1.${n}:${port}`,
    port,
    /** Makes a file of these entries the only list, or adds one under another name. */
    list(entries: ListEntry[], name = 'a.yaml') {
      if (name === 'a.yaml') {
        for (const one of readdirSync(feedsDir)) rmSync(join(feedsDir, one), { recursive: true })
      }
      const blocks = entries.map((entry) => {
        const { id, title = id, url, site = `https://${id}.example/`, more = [] } = entry
        const fields = [`title: ${title}`, `url: ${url}`, `site: ${site}`, 'kind: lab', ...more]
        return [`  - id: ${id}`, ...fields].join('\n    ')
      })
      writeFileSync(join(feedsDir, name), `group: ${name}\nfeeds:\n${blocks.join('\n')}\n`)
    },
    text: (name = 'a.yaml') => readFileSync(join(feedsDir, name), 'utf8'),
    check: (args: string[], more: Record<string, string> = {}) =>
      freehold(checkout.dir, ['feeds', 'check', ...args], { env: { ...env, ...more } }),
    feeds: (args: string[]) => freehold(checkout.dir, ['feeds', ...args], { env }),
    /** Works on the database of the checkout, which is there from then on. */
    async inStore(work: (store: Store) => Promise<void>) {
      const store = await openStore(database.url)
      await work(store).finally(() => store.close())
    },
    git,
    async remove() {
      await server.close()
      await database.remove()
      checkout.remove()
    },
  }
}
