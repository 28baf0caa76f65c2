import type { Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Suggestions } from '../jobs/index.ts'
import type { Renderer } from '../render/index.ts'
import { first, formIn, isForeign, networkAddress } from './form.ts'

export interface SuggestRoutes {
  suggestions: Suggestions
  renderer: Renderer
  /** PUBLIC_URL. */
  publicUrl: string
}

const largestForm = 16 * 1024

/** The form by which readers suggest feeds; what they give is kept for curators, and nothing is fetched. */
export function addSuggest(web: Hono, { suggestions, renderer, publicUrl }: SuggestRoutes): void {
  const limit = bodyLimit({ maxSize: largestForm, onError: (c) => c.html(renderer.errorPage(), 413) })
  /** What somebody has typed stays out of caches and search engines. */
  const answer = (c: Context, page: string, status: 200 | 400 | 429 = 200) =>
    c.html(page, status, { 'cache-control': 'no-store', 'x-robots-tag': 'noindex' })

  web.get('/suggest', (c) => c.html(renderer.suggestPage({ values: { url: '', note: '' }, error: null })))

  web.post('/suggest', limit, async (c) => {
    const form = await formIn(c)
    if (form === null) return answer(c, renderer.errorPage(), 400)
    const values = { url: first(form.url), note: first(form.note) }
    const again = (error: string, status: 200 | 429 = 200) =>
      answer(c, renderer.suggestPage({ values, error }), status)
    if (isForeign(c, publicUrl)) return again('This form was sent from another site. Please fill it in here.')
    // People don't see this field; what fills it in is told nothing.
    if (first(form.website) !== '') return answer(c, renderer.suggestedPage({ times: 1 }))
    const result = await suggestions.suggest({ ...values, network: networkAddress(c) })
    switch (result.outcome) {
      case 'refused':
        return again(result.reason)
      case 'too-many':
        return again('Too many feeds were suggested from your network. Please try again in an hour.', 429)
      case 'followed':
        return answer(c, renderer.alreadyFollowedPage(result))
      case 'noted':
        return answer(c, renderer.suggestedPage(result))
    }
  })
}
