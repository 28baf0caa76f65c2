import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openArchive, openSuggestions } from '../../src/jobs/index.ts'
import type { Feed } from '../../src/model/index.ts'
import { createWeb, listen } from '../../src/web/index.ts'
import { ideas } from '../fixtures/digests.ts'
import { weekFeeds } from '../fixtures/weeks/feeds.ts'
import { publicUrl, startPost, templatesDir } from '../mail/post-office.ts'

const lab: Feed = {
  ...weekFeeds[0]!,
  title: 'Harbour <Lab>',
  url: 'https://harbour.example/feed.xml',
  site: 'https://harbour.example/',
  enabled: true,
}
const off: Feed = { ...lab, id: 'off', title: 'Off', url: 'https://off.example/rss', site: 'https://off.example/', enabled: false, reason: 'It asks not to be read.' } // biome-ignore format: short

/** The pages with the form for suggestions, on a port of this machine; two feeds are listed. Otherwise as `startPost`. */
export async function startSuggesting() {
  const post = await startPost()
  const { way } = post
  way.feeds = [lab, off]
  const app = createWeb({
    archive: openArchive(way),
    renderer: way.renderer,
    pages: [],
    ideas,
    stylesheet: readFileSync(join(templatesDir, 'freehold.css'), 'utf8'),
    suggest: { suggestions: openSuggestions({ way, signer: way.post.signer }), publicUrl },
    health: { ready: async () => ({ ready: true }) },
    now: way.now,
    log: way.log,
  })
  const { url, close } = await listen(app, { host: '127.0.0.1', port: 0 })
  onTestFinished(close)
  let networks = 0
  return {
    ...post,
    url,
    /** Posts the form as a browser does, each time from another network. */
    suggest: (form: Record<string, string>, headers: Record<string, string> = {}) =>
      fetch(`${url}/suggest`, {
        method: 'POST',
        body: new URLSearchParams(form),
        redirect: 'manual',
        headers: { 'x-forwarded-for': `198.51.${++networks}.1`, ...headers },
      }),
    list: () => way.store.suggestions.list(),
  }
}
