import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Newsletter, Taken } from '../jobs/index.ts'
import type { Signer } from '../lib/sign/index.ts'
import { directions, type Idea, type StoryChoice } from '../model/index.ts'
import type { Renderer } from '../render/index.ts'

export interface NewsletterRoutes {
  newsletter: Newsletter
  /** Deals with a mail that came back. */
  takeReturn(raw: Uint8Array): Promise<Taken>
  /** Tells whether who posts such mails may. */
  signer: Signer
  renderer: Renderer
  ideas: readonly Idea[]
  /** PUBLIC_URL. */
  publicUrl: string
  /** Who answers for the data, for the privacy page. */
  contact: string | null
  postalAddress: string | null
}

/** Forms are small; a mail that came back may hold the whole mail it is about. */
const largest = { form: 16 * 1024, mail: 6 * 1024 * 1024 }

/**
 * Subscribing, confirming, choosing, leaving. A GET changes nothing, whoever follows the link. Leaving takes a POST of any
 * kind, without cookies, as mail programs send it (RFC 8058).
 */
export function addNewsletter(web: Hono, options: NewsletterRoutes): void {
  const { newsletter, renderer, ideas, contact, postalAddress } = options
  const base = new URL(options.publicUrl).pathname.replace(/\/$/, '')
  const limit = bodyLimit({
    maxSize: largest.form,
    onError: (c) => c.html(renderer.errorPage(), 413),
  })
  const tooLarge = bodyLimit({ maxSize: largest.mail, onError: (c) => c.text('Too large', 413) })
  const choiceIn = (form: Record<string, unknown>): StoryChoice => ({
    ideas: chosen(
      form.ideas,
      ideas.map(({ id }) => id),
    ),
    directions: chosen(form.directions, directions),
  })
  /** Pages that belong to one reader stay out of caches and search engines. */
  const personal = (c: Context, page: string, status: 200 | 400 | 404 | 429 = 200) =>
    c.html(page, status, { 'cache-control': 'no-store', 'x-robots-tag': 'noindex' })
  const gone = (c: Context, what: 'confirm' | 'preferences' | 'unsubscribe') =>
    personal(c, renderer.linkGonePage({ what }), 404)
  const foreign = (c: Context) => {
    if (c.req.header('sec-fetch-site') === 'cross-site') return true
    const origin = c.req.header('origin')
    if (origin === undefined || origin === 'null') return false
    const own = [new URL(options.publicUrl).origin, new URL(c.req.url).origin]
    return !own.includes(origin) && URL.parse(origin)?.host !== c.req.header('host')
  }

  web.get('/privacy', (c) => c.html(renderer.privacyPage({ contact, postalAddress })))

  web.get('/subscribe', (c) =>
    c.html(renderer.subscribePage({ values: { email: '', ideas: [], directions: [] }, error: null })),
  )
  web.post('/subscribe', limit, async (c) => {
    const form = await formIn(c)
    if (form === null) return personal(c, renderer.errorPage(), 400)
    const email = first(form.email).slice(0, 400)
    const choice = choiceIn(form)
    const again = (error: string, status: 200 | 429) =>
      personal(c, renderer.subscribePage({ values: { email, ...choice }, error }), status)
    if (foreign(c)) return again('This form was sent from another site. Please fill it in here.', 200)
    // People don't see this field; what fills it in is told nothing.
    if (first(form.website) !== '') return personal(c, renderer.checkInboxPage())
    const outcome = await newsletter.subscribe({ email, ...choice, network: networkAddress(c) })
    if (outcome === 'no-address') return again('That is not an e-mail address that can be written to.', 200)
    if (outcome === 'too-many') {
      return again('Too many addresses were entered from your network. Please try again in an hour.', 429)
    }
    return personal(c, renderer.checkInboxPage())
  })

  web.get('/confirm/:token', async (c) => {
    const token = c.req.param('token')
    const choice = await newsletter.confirmation(token)
    return choice ? personal(c, renderer.confirmPage({ token, ...choice })) : gone(c, 'confirm')
  })
  web.post('/confirm/:token', limit, async (c) => {
    const confirmed = await newsletter.confirm(c.req.param('token'))
    if (!confirmed) return gone(c, 'confirm')
    const preferencesPath = `${base}/preferences/${confirmed.choose}`
    return personal(c, renderer.confirmedPage({ preferencesPath, nextIssue: null }))
  })

  web.get('/preferences/:token', async (c) => {
    const token = c.req.param('token')
    const found = await newsletter.preferences(token)
    return found ? personal(c, preferences(token, found, 'shown')) : gone(c, 'preferences')
  })
  web.post('/preferences/:token', limit, async (c) => {
    const token = c.req.param('token')
    if (foreign(c)) return gone(c, 'preferences')
    // What can't be read is no choice; an empty form is one, of everything.
    const form = await formIn(c)
    const found = form ? await newsletter.choose(token, choiceIn(form)) : await newsletter.preferences(token)
    if (found && !form) return personal(c, renderer.errorPage(), 400)
    return found ? personal(c, preferences(token, found, 'saved')) : gone(c, 'preferences')
  })

  web.get('/unsubscribe/:token', async (c) => {
    const token = c.req.param('token')
    const reader = await newsletter.leaving(token)
    return reader
      ? personal(c, renderer.unsubscribePage({ token, email: reader.email }))
      : gone(c, 'unsubscribe')
  })
  // What is posted does not matter, so it is not read: forms of either encoding, or nothing.
  web.post('/unsubscribe/:token', async (c) => {
    const left = await newsletter.leave(c.req.param('token'), 'link')
    if (!left) return gone(c, 'unsubscribe')
    return personal(c, renderer.leftPage({ preferencesPath: `${base}/preferences/${left.choose}` }))
  })

  // For mail servers that hand over what comes back by HTTP: the message itself is the body.
  web.post('/returns/:token', tooLarge, async (c) => {
    if (options.signer.read('returns', c.req.param('token')) === null) return c.text('Not found', 404)
    const taken = await options.takeReturn(new Uint8Array(await c.req.arrayBuffer()))
    return c.json(taken, 200, { 'cache-control': 'no-store' })
  })

  function preferences(
    token: string,
    { reader, leave }: NonNullable<Awaited<ReturnType<Newsletter['preferences']>>>,
    state: 'shown' | 'saved',
  ): string {
    const { email, ideas, directions } = reader
    return renderer.preferencesPage({ token, leaveToken: leave, email, values: { ideas, directions }, state })
  }
}

/** The fields of a form of either encoding; null when the body is none, or not what it says it is. */
async function formIn(c: Context): Promise<Record<string, unknown> | null> {
  const type = c.req.header('content-type') ?? ''
  if (!/^(?:multipart\/form-data|application\/x-www-form-urlencoded)\s*(?:;|$)/i.test(type)) return null
  try {
    return await c.req.parseBody({ all: true })
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

function first(value: unknown): string {
  const one = Array.isArray(value) ? value[0] : value
  return typeof one === 'string' ? one : ''
}

/** The known ones among the ticked; all of them is the same as none. */
function chosen<T extends string>(value: unknown, known: readonly T[]): T[] {
  const ticked = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string')
  const found = known.filter((one) => ticked.includes(one))
  return found.length === known.length ? [] : found
}

/**
 * Where a request comes from. Behind a proxy on this machine or network that is the last address the proxy adds; what
 * stands before it anybody could have written.
 */
function networkAddress(c: Context): string | null {
  const address = remoteAddress(c)
  if (address === null || !isNear(address)) return address
  const forwarded = c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() ?? ''
  // Some proxies add the port, which is another for each request.
  return forwarded.replace(/^\[(.+)\](?::\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1') || address
}

function remoteAddress(c: Context): string | null {
  try {
    return getConnInfo(c).remote.address ?? null
  } catch {
    // Without a socket, as when the app is called directly, nobody is at the other end.
    return null
  }
}

function isNear(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, '')
  return (
    plain === '::1' ||
    /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|f[cd][0-9a-f]{2}:|fe80:)/i.test(plain)
  )
}
