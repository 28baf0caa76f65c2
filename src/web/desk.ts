import type { Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { EditorsDesk, EditorWord } from '../jobs/index.ts'
import type { Digest } from '../model/index.ts'
import { channelEditor, type Renderer } from '../render/index.ts'
import { formIn, isForeign } from './form.ts'

export interface DeskRoutes {
  desk: EditorsDesk
  renderer: Renderer
  /** PUBLIC_URL. */
  publicUrl: string
}

type Opened = NonNullable<Awaited<ReturnType<EditorsDesk['open']>>>
type Form = Record<string, string>

const largestForm = 32 * 1024

/**
 * The page on which editors release, hold or change an issue. A GET changes nothing; a POST that did something leads back
 * to the page, one that did nothing shows why. Whoever has no (more) right to it is told that there is no such page.
 */
export function addDesk(web: Hono, { desk, renderer, publicUrl }: DeskRoutes): void {
  const base = new URL(publicUrl).pathname.replace(/\/$/, '')
  /** The page belongs to one editor: it stays out of caches and search engines. */
  const personal = (c: Context, page: string, status: 200 | 403 | 404 | 409 | 413 = 200) =>
    c.html(page, status, { 'cache-control': 'no-store', 'x-robots-tag': 'noindex' })
  const gone = (c: Context) => personal(c, renderer.deskGonePage(), 404)

  web.get('/desk/:token', async (c) => {
    const token = c.req.param('token')
    const opened = await desk.open(token)
    return opened ? personal(c, page(token, opened, c.req.query('name'))) : gone(c)
  })

  web.post(
    '/desk/:token',
    bodyLimit({ maxSize: largestForm, onError: (c) => personal(c, renderer.errorPage(), 413) }),
    async (c) => {
      const token = c.req.param('token')
      const opened = await desk.open(token)
      if (!opened) return gone(c)
      const name = c.req.query('name')
      const form = await formOf(c)
      const refuse = async (fault: string, status: 403 | 409) => {
        const now = (await desk.open(token)) ?? opened
        const typed = form.do === 'lead' ? (form.lead ?? '') : null
        return personal(c, page(token, now, name, { fault, typed }), status)
      }
      if (isForeign(c, publicUrl)) {
        return refuse('This form was sent from another site, so nothing was done. Please use this page.', 403)
      }
      const what = wordOf(form, opened)
      if ('fault' in what) return refuse(what.fault, 409)
      const by = opened.isChannel ? channelEditor(name ?? '') : opened.editor
      const outcome = await desk.carryOut(opened.issue.number, by, what)
      if ('fault' in outcome) return refuse(outcome.fault, 409)
      const query = opened.isChannel && name ? `?name=${encodeURIComponent(name)}` : ''
      const at = /^[\w-]{1,120}$/.test(form.idea ?? '') ? `#${form.idea}` : ''
      c.header('cache-control', 'no-store')
      return c.redirect(`${base}/desk/${encodeURIComponent(token)}${query}${at}`, 303)
    },
  )

  function page(
    token: string,
    { issue, isChannel, leads, messages }: Opened,
    name: string | undefined,
    { fault = null, typed = null }: { fault?: string | null; typed?: string | null } = {},
  ): string {
    const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString())
    const { digest, original, edits, held, releasedBy, paused } = issue
    return renderer.deskPage({
      ...{ token, digest, original, edits, held, releasedBy, paused, messages, leads, fault, typed },
      releaseAt: iso(issue.approveBy),
      releasedAt: iso(issue.releasedAt),
      name: isChannel ? (name ?? '').slice(0, 60) : null,
    })
  }
}

/** What a form asks for; a story's buttons are named by what they do, and their value is its item. */
function wordOf(form: Form, { issue }: Opened): EditorWord | { fault: string } {
  const { drop, unlink, pin, up, down, lead = '' } = form
  const leads = Number(form.leads)
  if (drop !== undefined) return { word: 'change', change: { what: 'drop', item: drop } }
  if (unlink !== undefined) return { word: 'change', change: { what: 'unlink', item: unlink } }
  if (pin !== undefined) return { word: 'change', change: { what: 'pin', item: pin } }
  if (up !== undefined) return moveBy(-1, up, form.idea, issue.digest)
  if (down !== undefined) return moveBy(1, down, form.idea, issue.digest)
  switch (form.do) {
    case 'release':
      return { word: 'release', evenHeld: form.seen === 'held' }
    case 'hold':
      return { word: 'hold', reason: (form.reason ?? '').slice(0, 300) }
    case 'lead':
      return { word: 'change', change: { what: 'lead', text: lead }, leads }
    case 'composed':
      return { word: 'change', change: { what: 'lead', text: null }, leads }
    default:
      return { fault: 'The form asked for nothing that can be done here.' }
  }
}

/** Moves a story by so many places under its idea, not beyond the first or last. */
function moveBy(
  places: number,
  item: string,
  idea: string | undefined,
  { sections }: Digest,
): EditorWord | { fault: string } {
  const section = sections.find((one) => one.idea === idea)
  const items = section?.stories.map((story) => story.item) ?? []
  const from = items.indexOf(item)
  if (!section || from < 0) return { fault: 'That story no longer stands under this idea.' }
  const to = Math.min(Math.max(from + places, 0), items.length - 1)
  const moved = items.toSpliced(from, 1).toSpliced(to, 0, item)
  return { word: 'change', change: { what: 'order', idea: section.idea, items: moved } }
}

/** The fields of a form that are texts; none of what is no form. */
async function formOf(c: Context): Promise<Form> {
  const fields = Object.entries((await formIn(c)) ?? {}).map(([name, value]) => [name, [value].flat().at(-1)])
  return Object.fromEntries(fields.filter((one): one is [string, string] => typeof one[1] === 'string'))
}
