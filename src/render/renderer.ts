import type { Idea } from '../model/index.ts'
import { confirmationRenderer } from './confirmation.ts'
import { deskPages } from './desk-page.ts'
import type { Place } from './digest-view.ts'
import { alertRenderer } from './discord/alert.ts'
import { cardRenderer } from './discord/cards/index.ts'
import { discordPostRenderer, discordRenderer } from './discord/digest.ts'
import { emailRenderer } from './email.ts'
import { noteRenderer } from './feed-note.ts'
import { pageFrame } from './frame.ts'
import { digestJson } from './json.ts'
import { newsletterPages } from './newsletter-pages.ts'
import { pageRenderer } from './pages.ts'
import { suggestPages } from './suggest-pages.ts'
import { syndication } from './syndication.ts'
import { loadTemplates } from './templates.ts'
import { terminalRenderer } from './terminal.ts'
import { textHelpers } from './text-helpers.ts'

export interface RendererOptions {
  templatesDir: string
  /** Where the web pages are read. */
  publicUrl: string
  ideas: readonly Idea[]
}

/** Everything that makes a digest, an idea or a page readable; the templates are compiled here, once. */
export function createRenderer({ templatesDir, publicUrl, ideas }: RendererOptions) {
  const templates = loadTemplates(templatesDir, textHelpers)
  const site = publicUrl.replace(/\/+$/, '')
  const ordered = ideas.toSorted((a, b) => a.order - b.order)
  const place: Place = { site, ideas: ordered }
  const frame = pageFrame(templates, site)
  return {
    email: emailRenderer(templates, place),
    ...confirmationRenderer(templates, place),
    noteMail: noteRenderer(templates, place),
    text: terminalRenderer(templates, place),
    discord: discordRenderer(place),
    discordPost: discordPostRenderer(place),
    alert: alertRenderer(place),
    cards: cardRenderer(place),
    json: digestJson,
    ...pageRenderer(frame, ordered),
    ...newsletterPages(frame, ordered),
    ...suggestPages(frame),
    ...deskPages(frame, ordered),
    ...syndication(templates, place),
  }
}

export type Renderer = ReturnType<typeof createRenderer>
