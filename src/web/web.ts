import { randomBytes } from 'node:crypto'
import { setTimeout as after } from 'node:timers/promises'
import { type Context, Hono } from 'hono'
import { etag } from 'hono/etag'
import { secureHeaders } from 'hono/secure-headers'
import type { Metric } from '../jobs/index.ts'
import { logFacts, withLogFacts } from '../lib/log/index.ts'
import type { Correction, Idea, Page } from '../model/index.ts'
import { type FeedFormat, feedFormats, type Renderer } from '../render/index.ts'
import type { Archive } from './archive.ts'
import { addDesk, type DeskRoutes } from './desk.ts'
import { isFromNearby } from './form.ts'
import { metricsText, metricsType } from './metrics.ts'
import { addNewsletter, type NewsletterRoutes } from './newsletter.ts'
import { addSuggest, type SuggestRoutes } from './suggest.ts'

/** Whether the service can do its work; what else it says is shown as it is. Rejects when the database doesn't answer. */
export interface Health {
  ready(): Promise<{ ready: boolean; [detail: string]: unknown }>
}

/** Where requests and errors are told to operators; pino fits. */
export interface Log {
  debug?(detail: object, message: string): void
  error(detail: object, message: string): void
}

/** Where the notes on what was wrong in a sent issue come from, the oldest first. */
interface Notes {
  corrections(number: number): Promise<readonly Correction[]>
}

export interface WebOptions {
  archive: Archive & Partial<Notes>
  renderer: Renderer
  pages: readonly Page[]
  ideas: readonly Idea[]
  /** The text of freehold.css. */
  stylesheet: string
  health: Health
  /** Figures for operators. */
  metrics?: (() => Promise<Metric[]>) | undefined
  /** How long the database has for an answer before operators are told that it gives none, ms. */
  patience?: { readyMs: number; metricsMs: number }
  /** Subscribing and leaving; without it there are no such pages. */
  newsletter?: Omit<NewsletterRoutes, 'renderer' | 'ideas'> | undefined
  /** Suggesting feeds; without it there is no such page, and no link to it. */
  suggest?: Omit<SuggestRoutes, 'renderer'> | undefined
  /** The editors' desk; without it there is none. */
  desk?: Omit<DeskRoutes, 'renderer'> | undefined
  /** The time now, ms. */
  now: () => number
  log: Log
}

/** How many items stand on an idea's page and in its feed, and how many issues in theirs. */
const itemsShown = 50
const issuesInFeed = 10

/** Whoever asks for the first asks often; Prometheus waits ten seconds for the second. */
const usualPatience = { readyMs: 3000, metricsMs: 8000 }
const remedy = 'See that it runs; npx freehold doctor says more.'

const feedTypes: Record<FeedFormat, string> = {
  rss: 'application/rss+xml; charset=utf-8',
  atom: 'application/atom+xml; charset=utf-8',
  json: 'application/feed+json; charset=utf-8',
}

/** The web pages; none runs a script in a browser, and only forms that are posted change anything. */
export function createWeb(options: WebOptions): Hono {
  const { archive, renderer, pages, ideas, stylesheet, health, now, log, patience = usualPatience } = options
  const web = new Hono()

  web.use(async (c, next) => {
    const id = randomBytes(4).toString('hex')
    const began = performance.now()
    await withLogFacts({ request: id }, async () => {
      await next()
      const { method } = c.req
      const ms = Math.round(performance.now() - began)
      // Nothing of who asked: the log is read by more people, and kept for longer, than the list of readers.
      log.debug?.({ method, path: pathForLog(c), status: c.res.status, ms }, 'a request was answered')
    })
  })
  web.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
      xFrameOptions: 'DENY',
      referrerPolicy: 'no-referrer',
    }),
  )
  web.use(async (c, next) => {
    await next()
    // What of a body nobody has read is taken in for the sake of the next request, however much it is.
    if (announcesBody(c)) c.header('connection', 'close')
  })
  web.use(async (c, next) => {
    await next()
    const to = c.res.status === 404 ? withoutSlash(c) : null
    if (to) c.res = c.redirect(to, 301)
  })

  web.get('/healthz', (c) => c.json({ status: 'up' }, 200, { 'cache-control': 'no-store' }))
  web.get('/readyz', async (c) => {
    const state = await inTime(() => health.ready(), patience.readyMs).catch((error: unknown) => {
      log.error({ err: error }, 'the database does not answer')
      // The reason can name hosts and users, and strangers may ask too.
      const database = `The database does not answer${lateness(error, patience.readyMs)}. ${remedy}`
      return { ready: false, database }
    })
    return c.json(state, state.ready ? 200 : 503, { 'cache-control': 'no-store' })
  })

  web.get('/metrics', async (c) => {
    // How many readers there are would tell strangers, address by address, who is one.
    if (!isFromNearby(c)) return c.notFound()
    try {
      const metrics = await inTime(async () => (await options.metrics?.()) ?? [], patience.metricsMs)
      return c.body(metricsText(metrics), 200, { 'content-type': metricsType, 'cache-control': 'no-store' })
    } catch (error) {
      log.error({ err: error }, 'the figures could not be read from the database')
      const said = `The figures could not be read from the database${lateness(error, patience.metricsMs)}. ${remedy}\n`
      return c.text(said, 503, { 'cache-control': 'no-store' })
    }
  })

  if (options.newsletter) addNewsletter(web, { ...options.newsletter, renderer, ideas })
  if (options.suggest) addSuggest(web, { ...options.suggest, renderer })
  if (options.desk) addDesk(web, { ...options.desk, renderer })

  web.use(etag())
  web.use(async (c, next) => {
    await next()
    if (c.res.ok) c.header('cache-control', 'public, max-age=300')
  })

  web.get('/freehold.css', (c) => c.body(stylesheet, 200, { 'content-type': 'text/css; charset=utf-8' }))

  web.get('/', async (c) => {
    const [latest, counts] = await Promise.all([archive.latest(), archive.counts()])
    const takesSuggestions = options.suggest !== undefined
    return c.html(renderer.homePage({ latest, ideas, counts, takesSuggestions }))
  })

  web.get('/digests', async (c) => c.html(renderer.digestsPage(await archive.digests())))
  web.get('/digests/:number{[1-9][0-9]{0,8}}', async (c) => {
    const number = Number(c.req.param('number'))
    const [digest, corrections, previous, next] = await Promise.all([
      archive.digest(number),
      archive.corrections?.(number),
      archive.digest(number - 1),
      archive.digest(number + 1),
    ])
    const neighbours = { previous: previous && number - 1, next: next && number + 1 }
    return digest ? c.html(renderer.digestPage(digest, corrections, neighbours)) : c.notFound()
  })

  web.get('/ideas', async (c) => {
    const balances = await Promise.all(
      ideas.map(async ({ id }) => [id, await archive.ideaBalance(id)] as const),
    )
    return c.html(renderer.ideasPage(Object.fromEntries(balances)))
  })
  web.get('/ideas/:id', async (c) => {
    const idea = ideas.find(({ id }) => id === c.req.param('id'))
    if (!idea) return c.notFound()
    const [items, balance] = await Promise.all([
      archive.ideaItems(idea.id, itemsShown),
      archive.ideaBalance(idea.id),
    ])
    const page = pages.find(({ id }) => id === idea.id) ?? null
    return c.html(renderer.ideaPage({ idea, page, items, balance }))
  })

  web.get('/wiki', (c) => c.html(renderer.wikiIndexPage(pages)))
  web.get('/wiki/:id', (c) => {
    const page = pages.find(({ id }) => id === c.req.param('id'))
    return page ? c.html(renderer.wikiPage(page, pages)) : c.notFound()
  })

  for (const format of feedFormats) {
    const feed = (c: Context, body: string) => c.body(body, 200, { 'content-type': feedTypes[format] })
    web.get(`/feeds/digests.${format}`, async (c) =>
      feed(c, renderer.digestFeed(format, await archive.latestIssues(issuesInFeed), now())),
    )
    for (const idea of ideas) {
      web.get(`/feeds/ideas/${idea.id}.${format}`, async (c) =>
        feed(c, renderer.ideaFeed(format, idea, await archive.ideaItems(idea.id, itemsShown), now())),
      )
    }
  }

  web.notFound((c) => c.html(renderer.notFoundPage(), 404))
  web.onError((error, c) => {
    log.error({ err: error, method: c.req.method, path: pathForLog(c) }, 'a web page could not be made')
    return errorAnswer(c, renderer)
  })
  return web
}

class TooLate extends Error {}

/** What `work` gives; rejects with TooLate when that takes longer than `ms`, as with a database that hangs. */
async function inTime<T>(work: () => Promise<T>, ms: number): Promise<T> {
  const waiting = new AbortController()
  const late = after(ms, undefined, { signal: waiting.signal }).then(() => {
    throw new TooLate(`no answer within ${ms} ms`)
  })
  try {
    return await Promise.race([work(), late])
  } finally {
    late.catch(() => undefined)
    waiting.abort()
  }
}

function lateness(error: unknown, ms: number): string {
  return error instanceof TooLate ? ` within ${ms / 1000} s` : ''
}

function announcesBody(c: Context): boolean {
  return c.req.header('transfer-encoding') !== undefined || (c.req.header('content-length') ?? '0') !== '0'
}

/**
 * Where a path with a slash too many leads: relative to itself, since the host that a request names can be anybody's, and
 * a path may begin like one. Null for any other.
 */
function withoutSlash(c: Context): string | null {
  if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return null
  const { pathname, search } = new URL(c.req.url)
  const [, last] = /([^/]+)\/$/.exec(pathname) ?? []
  return last === undefined ? null : `../${last}${search}`
}

/** A path without the tokens of readers and editors: whoever reads the log must not act in their place. */
function pathForLog(c: Context): string {
  return c.req.path.slice(0, 300).replace(/[\w-]+\.[\w-]{16,}/g, '…')
}

function errorAnswer(c: Context, renderer: Renderer): Response {
  try {
    return c.html(renderer.errorPage(logFacts().request), 500, { 'cache-control': 'no-store' })
  } catch {
    // The page for errors comes from a template too, and that may be what is broken.
    return c.text('Something went wrong. Please try again in a few minutes.', 500)
  }
}
