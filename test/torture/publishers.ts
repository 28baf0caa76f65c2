import { connectionMisbehaviours } from '../servers/feed-connections.ts'
import { type FeedServer, misbehaviours, type Responder, startFeedServer } from '../servers/feed-server.ts'
import type { Chance } from './chance.ts'

/** These would have us ask beyond this machine, where private addresses are let through as here. */
const beyond = ['toMetadata', 'toMetadataInDisguise', 'toMailPort']
/** What a reader gives up on only after ten seconds or more. */
const slow = ['drip', 'silent', 'stalled', 'slowHeaders', 'silentHandshake']
/** What costs some seconds of computing. */
const heavy = [
  'endless',
  'huge',
  'exactlyTheLimit',
  'oneByteOver',
  'gzipBomb',
  'nestedBomb',
  'unlabelledBomb',
  'emptyGzip',
]

/** A way to misbehave; some need to know where they live. */
interface Ailment {
  name: string
  responder: (origin: string) => Responder
}

/** An article that a publisher has brought out. */
export interface Article {
  feed: string
  /** Its address, its own among all articles. */
  url: string
  title: string
  at: number
}

export interface Publishers {
  /** The feed list that names them. */
  list: string
  /** All that was brought out. */
  articles: Article[]
  /** Requests that were answered. */
  polls(): number
  /** How many of them with what, by name of the misbehaviour. */
  misbehaved: Map<string, number>
  /** How many ways to misbehave there are. */
  ways: number
  connections(): number
  /** Some bring something out, and some of that is one story. */
  bringOut(at: number): void
  /** So many of them misbehave from now on, each in a way of its own; the others are well. */
  fallIll(share: number): void
  /** Some misbehave in all the ways that cost much memory, and others, `slow`, in those that cost much time. */
  fallHard(slow: boolean): void
  heal(): void
  /** The articles that were read whole and in order since they were last healed. */
  offered(): Article[]
  close(): Promise<void>
}

/** So many publishers, each on an address of its own. `each` is called at each request, before it is answered. */
export async function startPublishers(
  count: number,
  { chance, each }: { chance: Chance; each: () => void },
): Promise<Publishers> {
  const servers: FeedServer[] = []
  for (let n = 0; n < count; n++) servers.push(await startFeedServer(`127.0.1.${n + 1}`))
  const connections = await Promise.all(
    Object.entries(connectionMisbehaviours).map(async ([name, start]) => ({ name, server: await start() })),
  )
  const nameOf = (n: number) => `publisher-${n}`
  const articles: Article[] = []
  const misbehaved = new Map<string, number>()
  const offered = new Set<number>()
  let polls = 0
  let serial = 0

  const all: Ailment[] = Object.entries(misbehaviours)
    .filter(([name]) => !beyond.includes(name))
    .map(([name, make]) => ({
      name,
      responder: (origin) => (make as (location: string) => Responder)(`${origin}/elsewhere`),
    }))
  for (const { name, server } of connections) {
    const location = `https://127.0.0.1:${server.port}/feed.xml`
    all.push({ name, responder: () => misbehaviours.redirectTo(location) })
  }
  const quick = all.filter(({ name }) => !slow.includes(name) && !heavy.includes(name))
  const ailment = chance.deck(quick)

  /** Answers of publisher `n`: what it should, or, `instead`, what it should not. */
  function answer(n: number, instead?: { name: string; responder: Responder }): Responder {
    return (request, response) => {
      each()
      polls++
      if (instead) {
        misbehaved.set(instead.name, (misbehaved.get(instead.name) ?? 0) + 1)
        return instead.responder(request, response)
      }
      const own = articles.filter(({ feed }) => feed === nameOf(n))
      response.once('finish', () => offered.add(n))
      response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss(nameOf(n), own))
    }
  }

  function make(n: number, title: string, at: number): void {
    serial++
    articles.push({ feed: nameOf(n), url: `https://p${n}.example/posts/${serial}`, title, at })
  }

  function heal(): void {
    offered.clear()
    for (const [n, server] of servers.entries()) server.set('/feed.xml', answer(n))
  }
  heal()

  return {
    list: listOf(servers.map(({ origin }, n) => ({ id: nameOf(n), origin, site: `https://p${n}.example/` }))),
    articles,
    misbehaved,
    ways: all.length,
    polls: () => polls,
    connections: () => servers.reduce((sum, server) => sum + server.connections(), 0),
    bringOut(at) {
      const story = `Heron ${serial} of Harbour Lab is out with open weights`
      for (const n of servers.keys()) {
        if (chance.happens(0.3)) make(n, story, at - chance.below(3) * 60_000)
        if (chance.happens(0.4)) {
          const words = chance.pick([
            'The garden club meets',
            'Open weights of a heron',
            'Minutes of the board',
          ])
          make(n, `${words}, number ${serial}`, at - chance.below(48) * 3_600_000)
        }
      }
    },
    fallIll(share) {
      heal()
      for (const [n, server] of servers.entries()) {
        if (!chance.happens(share)) continue
        const { name, responder } = ailment()
        server.set('/feed.xml', answer(n, { name, responder: responder(server.origin) }))
      }
    },
    fallHard(slowToo) {
      const hard = all.filter(({ name }) => heavy.includes(name) || (slowToo && slow.includes(name)))
      for (const [n, { name, responder }] of hard.entries()) {
        const server = servers[n]
        server?.set('/feed.xml', answer(n, { name, responder: responder(server.origin) }))
      }
    },
    heal,
    offered: () => articles.filter(({ feed }) => offered.has(Number(feed.slice('publisher-'.length)))),
    async close() {
      for (const server of servers) await server.close()
      for (const { server } of connections) await server.close()
    },
  }
}

function listOf(feeds: { id: string; origin: string; site: string }[]): string {
  const entries = feeds.map(
    ({ id, origin, site }) =>
      `  - id: ${id}\n    title: ${id}\n    url: ${origin}/feed.xml\n    site: ${site}\n    kind: lab\n    every: 15m\n`,
  )
  return `group: Torture\nfeeds:\n${entries.join('')}`
}

function rss(title: string, articles: Article[]): string {
  const items = articles.map(
    ({ title, url, at }) =>
      `<item><title>${title}</title><link>${url}</link><guid isPermaLink="true">${url}</guid>` +
      `<pubDate>${new Date(at).toUTCString()}</pubDate><description>${title}. The model can be downloaded.</description></item>`,
  )
  return `<?xml version="1.0"?><rss version="2.0"><channel><title>${title}</title><link>https://x.example/</link>${items.reverse().join('')}</channel></rss>`
}
