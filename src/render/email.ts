import { type Digest, isQuiet, issueName, type StoryChoice, storyCount } from '../model/index.ts'
import { choicePhrase } from './choice.ts'
import { keepWhatFits } from './cut.ts'
import { type DigestView, digestView, type Kept, keepOnly, type Place } from './digest-view.ts'
import { legend, tallyOf, tallyPhrase } from './directions.ts'
import { wishedIssue } from './discord/digest-wish.ts'
import { type EditorNote, editorWords } from './editor-note.ts'
import { plain } from './feed-text.ts'
import { leavingLink } from './links.ts'
import { number } from './numbers.ts'
import { subjectOf } from './subject.ts'
import type { Templates } from './templates.ts'
import { textView } from './text-view.ts'

export interface EmailOptions {
  /**
   * Where the reader leaves the list: mailto or http(s). It is shown as it is given, and may hold a placeholder. Null for
   * who is on no list: editors, and those who are shown an issue once.
   */
  unsubscribeUrl: string | null
  /** Where the reader changes what comes: http(s), shown as it is given; null leaves the link out. */
  preferencesUrl?: string | null
  postalAddress?: string | null
  /** Which stories the reader wants; all without it. */
  choice?: StoryChoice
  /** For those who look at an issue before it goes out: until then it has no page but theirs, and links lead there. */
  editor?: EditorNote
}

export interface Email {
  subject: string
  html: string
  text: string
  /** Stories in the mail, and those of the reader's choice that stand only on the web. */
  shown: number
  cut: number
}

/** Gmail cuts a message at about 102 KB and hides its foot; this leaves room for what mail servers add. */
const maxBytes = 80_000
const textWidth = 72

/** Makes mails from digests: both parts hold the same stories, as many as fit of those that are wanted. */
export function emailRenderer(
  templates: Templates,
  place: Place,
): (digest: Digest, options: EmailOptions) => Email {
  const html = templates.html('email-digest')
  const text = templates.text('email-digest')
  const { host } = new URL(place.site)
  return (whole, options) => {
    const { digest, chosen, nothing } = choose(whole, place, options.choice)
    const { editor } = options
    const about = nothing ? `${issueName(whole)}: nothing you chose` : subjectOf(digest)
    const subject = editor ? `Preview of ${about}` : about
    const issue = (kept: Kept) => {
      const view = digestView(digest, place, kept)
      if (editor) return forEditors(view, editor)
      return chosen ? asChosen(view, whole) : view
    }
    const view = (kept: Kept) => ({
      ...issue(kept),
      quiet: isQuiet(whole),
      chosen,
      nothing,
      editor: editor ? { words: editorWords(editor), desk: editor.deskUrl } : null,
      why: whyItComes(options, host),
      subject,
      site: place.site,
      legend,
      unsubscribe: options.unsubscribeUrl === null ? null : leavingLink(options.unsubscribeUrl),
      preferences: preferencesLink(options.preferencesUrl ?? null),
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

/** The part of an issue that a reader wants, what that is in words, and what is said where there is nothing of it. */
function choose(whole: Digest, place: Place, choice: StoryChoice | undefined) {
  const { chosen, filter } = wishedIssue(whole, place, choice ? { ...choice, role: null } : null)
  if (!choice || filter === null) return { digest: whole, chosen: '', nothing: '' }
  const count = storyCount(whole)
  const none =
    count === 1
      ? 'The one story of this issue is not among them.'
      : `None of this issue’s ${number(count)} stories is among them.`
  const phrase = `You chose ${choicePhrase(choice, place.ideas)}`
  const told = storyCount(chosen)
  if (told === 0) return { digest: chosen, chosen: `${phrase}.`, nothing: none }
  return { digest: chosen, chosen: `${phrase}: ${share(told, count)}.`, nothing: '' }
}

function share(told: number, of: number): string {
  if (of === 1) return 'the one story of this issue'
  return told === of
    ? `all ${number(of)} stories of this issue`
    : `${number(told)} of this issue’s ${number(of)}`
}

/** What a reader gets who chose: a tally of what there is some of, and the whole issue's counts named as such. */
function asChosen(view: DigestView, whole: Digest): DigestView {
  const lines = new Map(
    whole.sections.map(({ idea, stories }) => [idea, `In the whole issue: ${tallyPhrase(tallyOf(stories))}`]),
  )
  return {
    ...view,
    reading: `For the whole issue ${view.reading}`,
    tally: view.tally.filter(({ count }) => count > 0),
    sections: view.sections.map((section) => ({ ...section, balance: lines.get(section.id)! })),
  }
}

function whyItComes({ editor, unsubscribeUrl }: EmailOptions, host: string): string {
  if (editor) {
    const who = `You get this mail as one of the EDITORS of Freehold at ${host}.`
    return `${who} Whoever runs it can take the address out.`
  }
  return unsubscribeUrl === null
    ? `You get this mail because somebody at ${host} sent this issue to be looked at. No others follow from it.`
    : 'You get this mail because this address is subscribed to Freehold’s weekly digest.'
}

/** An issue that has no page of its own yet. */
function forEditors(view: DigestView, { deskUrl }: EditorNote): DigestView {
  const sections = view.sections.map((section) => ({ ...section, moreLink: deskUrl }))
  return { ...view, url: deskUrl, sections }
}

function preferencesLink(raw: string | null): string | null {
  if (raw !== null && !/^https?:\/\/[^\s"<>]+$/.test(raw)) {
    throw new Error(`The link to the preferences must begin with https: or http:, but is “${raw}”.`)
  }
  return raw
}
