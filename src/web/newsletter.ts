import type { Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Newsletter, Taken } from '../jobs/index.ts'
import type { Signer } from '../lib/sign/index.ts'
import { directions, type Idea, type StoryChoice } from '../model/index.ts'
import type { Renderer } from '../render/index.ts'
import { first, formIn, isForeign, networkAddress } from './form.ts'

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
  const isReachable = contact !== null || postalAddress !== null
  const gone = (c: Context, what: 'confirm' | 'preferences' | 'unsubscribe') =>
    personal(c, renderer.linkGonePage({ what, isReachable }), 404)

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
    if (isForeign(c, options.publicUrl))
      return again('This form was sent from another site. Please fill it in here.', 200)
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
    if (isForeign(c, options.publicUrl)) return gone(c, 'preferences')
    // What can't be read is no choice; an empty form is one, of everything.
    const form = await formIn(c)
    if (!form) {
      const found = await newsletter.preferences(token)
      return found ? personal(c, renderer.errorPage(), 400) : gone(c, 'preferences')
    }
    const back = first(form.back) !== ''
    const found = await newsletter[back ? 'comeBack' : 'choose'](token, choiceIn(form))
    return found ? personal(c, preferences(token, found, back ? 'back' : 'saved')) : gone(c, 'preferences')
  })

  web.get('/unsubscribe/:token', async (c) => {
    const token = c.req.param('token')
    const found = await newsletter.leaving(token)
    if (!found) return gone(c, 'unsubscribe')
    const { reader, choose } = found
    const page =
      reader.unsubscribedAt === null
        ? renderer.unsubscribePage({ token, email: reader.email })
        : renderer.leftAlreadyPage({ preferencesPath: `${base}/preferences/${choose}` })
    return personal(c, page)
  })
  // What is posted does not matter, so it is not read: forms of either encoding, or nothing.
  web.post('/unsubscribe/:token', async (c) => {
    const left = await newsletter.leave(c.req.param('token'), 'link')
    if (!left) return gone(c, 'unsubscribe')
    return personal(c, renderer.leftPage({ preferencesPath: `${base}/preferences/${left.choose}` }))
  })

  // For mail servers that hand over what comes back by HTTP: the message itself is the body.
  web.use('/returns/:token', async (c, next) => {
    // Before anything of six megabytes is taken in.
    if (options.signer.read('returns', c.req.param('token')) === null) return c.text('Not found', 404)
    await next()
  })
  web.post('/returns/:token', tooLarge, async (c) => {
    const taken = await options.takeReturn(new Uint8Array(await c.req.arrayBuffer()))
    return c.json(taken, 200, { 'cache-control': 'no-store' })
  })

  function preferences(
    token: string,
    { reader, leave, mayComeBack }: NonNullable<Awaited<ReturnType<Newsletter['preferences']>>>,
    state: 'shown' | 'saved' | 'back',
  ): string {
    const { email, ideas, directions } = reader
    const values = { ideas, directions }
    if (mayComeBack) return renderer.comeBackPage({ token, email, values })
    if (reader.unsubscribedAt !== null)
      return renderer.staysAwayPage({ email, reason: reader.leftReason, contact })
    return renderer.preferencesPage({ token, leaveToken: leave, email, values, state })
  }
}

/** The known ones among the ticked; all of them is the same as none. */
function chosen<T extends string>(value: unknown, known: readonly T[]): T[] {
  const ticked = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string')
  const found = known.filter((one) => ticked.includes(one))
  return found.length === known.length ? [] : found
}
