import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { editorNote } from '../../src/jobs/editors.ts'
import { openArchive, openEditorsDesk } from '../../src/jobs/index.ts'
import type { Digest } from '../../src/model/index.ts'
import { createWeb, listen } from '../../src/web/index.ts'
import { ideas, richDigest } from '../fixtures/digests.ts'
import { hour, startWay } from '../jobs/way.ts'
import { elements, templatesDir } from '../render/reading.ts'

export const ada = 'ada@example.org'
export const room = '223456789012345678'

/** The pages of a way over HTTP, with an issue that waits for a word of Ada or of a channel. */
export async function startDesk(digest: Digest = richDigest, path = '') {
  const setting = await startWay()
  const { way } = setting
  way.post.editors = [ada, room]
  way.post.publicUrl = `https://freehold.example${path}`
  const issue = (await way.store.digests.create(digest, [], {
    now: way.now(),
    release: false,
    approveBy: way.now() + 6 * hour,
    expectedLast: null,
  }))!
  const web = await listen(
    createWeb({
      archive: openArchive(way),
      renderer: way.renderer,
      pages: [],
      ideas,
      stylesheet: readFileSync(join(templatesDir, 'freehold.css'), 'utf8'),
      desk: { desk: openEditorsDesk(way), publicUrl: way.post.publicUrl },
      health: { ready: async () => ({ ready: true }) },
      now: way.now,
      log: { error: (detail) => expect(detail).toBeUndefined() },
    }),
    { host: '127.0.0.1', port: 0 },
  )
  onTestFinished(() => web.close())
  const origin = new URL(web.url).origin
  const deskOf = (editor: string) =>
    new URL(editorNote(way, issue, editor).deskUrl).pathname.slice(path.length)
  const [hers, theirs] = [deskOf(ada), deskOf(room)]
  const get = async (path: string) => {
    const answer = await fetch(origin + path, { redirect: 'manual' })
    return { status: answer.status, headers: answer.headers, html: await answer.text() }
  }
  return {
    ...setting,
    origin,
    hers,
    theirs,
    token: hers.slice('/desk/'.length),
    get,
    /** What the page says in its middle, in one line. */
    said: async (path = hers) => main((await get(path)).html),
    async post(fields: Record<string, string>, path = hers, headers: Record<string, string> = {}) {
      const body = new URLSearchParams(fields)
      const answer = await fetch(origin + path, { method: 'POST', body, headers, redirect: 'manual' })
      const html = await answer.text()
      return { status: answer.status, headers: answer.headers, html, fault: faultIn(html) }
    },
    issue: async () => (await way.store.digests.get(1))!,
  }
}

/** What stands in the middle of a page, in one line. */
export const main = (html: string) => elements(html).find(({ name }) => name === 'main')!.text
/** What a page says is wrong; null when nothing is. */
export const faultIn = (html: string) =>
  elements(html).find(({ attribs }) => attribs.role === 'alert')?.text ?? null
