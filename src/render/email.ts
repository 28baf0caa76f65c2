import { type Digest, storyCount } from '../model/index.ts'
import { keepWhatFits } from './cut.ts'
import { digestView, type Kept, keepOnly, type Place } from './digest-view.ts'
import { legend } from './directions.ts'
import { plain } from './feed-text.ts'
import { leavingLink } from './links.ts'
import { subjectOf } from './subject.ts'
import type { Templates } from './templates.ts'
import { textView } from './text-view.ts'

export interface EmailOptions {
  /** Where the reader leaves the list: mailto or http(s). */
  unsubscribeUrl: string
  postalAddress?: string | null
}

export interface Email {
  subject: string
  html: string
  text: string
  /** Stories in the mail, and those that stand only on the web. */
  shown: number
  cut: number
}

/** Gmail cuts a message at about 102 KB and hides its foot; this leaves room for what mail servers add. */
const maxBytes = 80_000
const textWidth = 72

/** Makes mails from digests: both parts hold the same stories, as many as fit. */
export function emailRenderer(
  templates: Templates,
  place: Place,
): (digest: Digest, options: EmailOptions) => Email {
  const html = templates.html('email-digest')
  const text = templates.text('email-digest')
  return (digest, options) => {
    const subject = subjectOf(digest)
    const view = (kept: Kept) => ({
      ...digestView(digest, place, kept),
      subject,
      site: place.site,
      legend,
      unsubscribe: leavingLink(options.unsubscribeUrl),
      postalAddress: plain(options.postalAddress ?? '') || null,
    })
    const kept = keepWhatFits(digest, (kept) => Buffer.byteLength(html(view(kept))) <= maxBytes)
    const last = view(kept)
    return {
      subject,
      html: html(last),
      text: text(textView(last, { width: textWidth, colour: false })),
      shown: storyCount(keepOnly(digest, kept)),
      cut: last.cut,
    }
  }
}
