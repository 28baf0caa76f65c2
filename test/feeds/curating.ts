import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type FeedServer, startFeedServer } from '../servers/feed-server.ts'
import { copyCheckout } from '../service/checkout.ts'
import { freehold } from '../service/freehold.ts'
import { ownDatabase } from '../store/own-database.ts'

const day = 86_400_000

/**
 * A feed of a lab: its newest item bears on an idea, the others don't; one item every three and a half days, the last of
 * them so many days ago.
 */
export function labFeed(title: string, site: string, count = 12, silentFor = 3.5): string {
  const items = Array.from({ length: count }, (_, i) => {
    const words =
      i === 0
        ? 'Harbour Lab releases the weights of Heron 2 under Apache 2.0'
        : `Minutes of the gardening club, part ${i}`
    const date = new Date(Date.now() - (i * 3.5 + silentFor) * day).toUTCString()
    return `<item><guid>${i}</guid><title>${words}</title><link>${site}posts/${i}</link><pubDate>${date}</pubDate><description>${i === 0 ? 'The open weights can be downloaded today.' : 'Tulips, then lunch.'}</description></item>`
  })
  return `<?xml version="1.0"?><rss version="2.0"><channel><title>${title}</title><link>${site}</link><language>en-us</language>${items.join('')}</channel></rss>`
}

/** A copy of the checkout and a server of feeds. */
export async function curatingCheckout() {
  const checkout = copyCheckout()
  const server: FeedServer = await startFeedServer()
  const dataDir = join(checkout.dir, 'data')
  const database = await ownDatabase(dataDir)
  const env = { DATA_DIR: dataDir, DATABASE_URL: database.url, ALLOW_PRIVATE_NETWORK: 'true' }
  return {
    dir: checkout.dir,
    server,
    env,
    /** Runs a command of `freehold feeds`. */
    feeds: (args: string[], more: Record<string, string> = {}) =>
      freehold(checkout.dir, ['feeds', ...args], { env: { ...env, ...more } }),
    /** A file of the lists. */
    list: (name: string) => readFileSync(join(checkout.dir, 'feeds', name), 'utf8'),
    async remove() {
      await server.close()
      await database.remove()
      checkout.remove()
    },
  }
}
