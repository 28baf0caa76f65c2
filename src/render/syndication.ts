import {
  type Correction,
  type Digest,
  type Direction,
  effectiveDate,
  type Idea,
  issueName,
  type LabelledItem,
  storyCount,
} from '../model/index.ts'
import { correctionView } from './corrected.ts'
import { periodName } from './dates.ts'
import { digestView, issueUrl, type Place, quoteOf, uniqueStories } from './digest-view.ts'
import { legend, marks, tallyOf, tallyPhrase, words } from './directions.ts'
import { plain } from './feed-text.ts'
import { webLink } from './links.ts'
import { plural } from './numbers.ts'
import { headlineOf } from './subject.ts'
import type { Templates } from './templates.ts'

export const feedFormats = ['rss', 'atom', 'json'] as const
export type FeedFormat = (typeof feedFormats)[number]

interface Entry {
  id: string
  url: string
  title: string
  summary: string
  html: string
  /** ISO times; `updated` is later than `date` where something was put right. */
  date: string
  updated: string
}

interface Channel {
  title: string
  description: string
  home: string
  /** The feed's own address without its ending. */
  self: string
  updated: string
  entries: Entry[]
}

/** An issue as feeds bring it. */
export interface ReleasedIssue {
  digest: Digest
  /** When it was given free (ms). */
  releasedAt: number
  /** What was wrong in it, the oldest first. */
  corrections: readonly Correction[]
}

/** An item under an idea, with the title of the feed it came from. */
export type IdeaItem = LabelledItem & { feedTitle: string }

/** Makes the feeds that other readers subscribe to. */
export function syndication(templates: Templates, place: Place) {
  const entry = templates.html('feeds/entry')
  const rss = templates.html('feeds/rss')
  const atom = templates.html('feeds/atom')
  const documents: Record<FeedFormat, (channel: Channel) => string> = {
    rss: (channel) => rss(xmlView(channel)),
    atom: (channel) => atom(xmlView(channel)),
    json: jsonFeed,
  }

  return {
    /** The issues, newest first. */
    digestFeed(format: FeedFormat, issues: readonly ReleasedIssue[], now: number): string {
      const entries = issues.map((issue) => issueEntry(issue, entry, place))
      return documents[format]({
        title: 'Freehold',
        description: 'Is the stock of open AI models being renewed? What the week’s news says, once a week.',
        home: `${place.site}/`,
        self: `${place.site}/feeds/digests`,
        updated: latestOf(entries) ?? new Date(now).toISOString(),
        entries,
      })
    },

    /** What was filed under one idea, newest first. */
    ideaFeed(format: FeedFormat, idea: Idea, items: readonly IdeaItem[], now: number): string {
      const entries = items.map((item) => ideaEntry(item, idea, place))
      return documents[format]({
        title: `Freehold: ${idea.name}`,
        description: `News that bears on “${idea.title}”.`,
        home: `${place.site}/ideas/${idea.id}`,
        self: `${place.site}/feeds/ideas/${idea.id}`,
        updated: latestOf(entries) ?? new Date(now).toISOString(),
        entries,
      })
    },
  }
}

/** When anything of a feed was changed last; null of an empty one. */
function latestOf(entries: readonly Entry[]): string | null {
  return (
    entries
      .map(({ updated }) => updated)
      .toSorted()
      .at(-1) ?? null
  )
}

function issueEntry(
  { digest, releasedAt, corrections }: ReleasedIssue,
  content: (view: object) => string,
  place: Place,
): Entry {
  const url = issueUrl(digest, place.site)
  const period = periodName(digest.since, digest.until)
  const count = storyCount(digest)
  const times = [releasedAt, ...corrections.map(({ at }) => Date.parse(at))].filter(Number.isFinite)
  return {
    id: url,
    url,
    title: `${issueName(digest)}: ${headlineOf(digest)}`,
    summary:
      count === 0
        ? `${period}: a quiet week.`
        : `${period}: ${plural(count, 'story')}, ${tallyPhrase(tallyOf(uniqueStories(digest)))}.`,
    html: content({ ...digestView(digest, place), corrections: corrections.map(correctionView), legend }),
    date: new Date(releasedAt).toISOString(),
    updated: new Date(Math.max(...times)).toISOString(),
  }
}

function ideaEntry(item: IdeaItem, idea: Idea, { site }: Place): Entry {
  const label = item.labels.find((label) => label.idea === idea.id)
  const direction: Direction = label?.direction ?? 'mixed'
  const date = new Date(effectiveDate(item)).toISOString()
  const quote = label ? quoteOf(label.evidence, item.title) : ''
  const summary = `${marks[direction]} ${words[direction]} · ${plain(item.feedTitle, 80)}${quote && ` · ${quote}`}`
  return {
    id: `${site}/ideas/${idea.id}#item-${item.id}`,
    url: webLink(item.url) ?? `${site}/ideas/${idea.id}`,
    title: plain(item.title, 240) || 'Untitled',
    summary,
    html: '',
    date,
    updated: date,
  }
}

function xmlView(channel: Channel) {
  const rfc822 = (iso: string) => new Date(iso).toUTCString()
  return {
    ...channel,
    rfc822: rfc822(channel.updated),
    entries: channel.entries.map((entry) => ({ ...entry, rfc822: rfc822(entry.date) })),
  }
}

function jsonFeed(channel: Channel): string {
  const feed = {
    version: 'https://jsonfeed.org/version/1.1',
    title: channel.title,
    description: channel.description,
    home_page_url: channel.home,
    feed_url: `${channel.self}.json`,
    language: 'en',
    items: channel.entries.map(({ id, url, title, summary, html, date, updated }) => ({
      id,
      url,
      title,
      summary,
      ...(html ? { content_html: html } : { content_text: summary }),
      date_published: date,
      ...(updated === date ? {} : { date_modified: updated }),
    })),
  }
  return `${JSON.stringify(feed, null, 2)}\n`
}
