import {
  type BackedText,
  canonicalUrl,
  type Digest,
  type DigestSection,
  type Direction,
  directions,
  type Idea,
  isQuiet,
  issueName,
  type Story,
  storyCount,
} from '../model/index.ts'
import { type Account, accountOf } from './account.ts'
import { type Elevation, elevation, type Spark, sparks } from './balance.ts'
import { type CorrectedView, correctedHeading, correctedViews } from './corrected.ts'
import { longDate, periodName, shortDate } from './dates.ts'
import { countPhrase, marks, tallyOf, tallyPhrase, words } from './directions.ts'
import { signatureOf } from './editor-note.ts'
import { plain, quoted, withinQuotes } from './feed-text.ts'
import { webLink } from './links.ts'
import { number, plural } from './numbers.ts'
import { type ConceptView, conceptView, type DebateView, debateView } from './reference.ts'

/** That a story goes on from an earlier issue. */
export interface UpdateView {
  /** `Update to issue 3`. */
  label: string
  /** The section of the earlier issue. */
  href: string | null
  /** What is new; empty where the title or the quotation says it already. */
  words: string
}

export interface StoryView {
  /** Where it can be pointed to on the web page; empty where the same story stands there already. */
  anchor: string
  title: string
  url: string | null
  source: string
  date: string
  isoDate: string
  direction: Direction
  opens: boolean
  closes: boolean
  mixed: boolean
  mark: string
  word: string
  /** The words of the item that carry the label, in quotation marks; empty when there are none. */
  quote: string
  update: UpdateView | null
  also: { title: string; url: string | null; last: boolean }[]
  /** The other ideas it bears on. */
  ideas: { name: string; href: string; last: boolean }[]
}

export interface SectionView {
  id: string
  name: string
  title: string
  href: string
  /** `In this issue: 3 open, 1 closes`; an issue tells the strongest stories, so its week may have had more. */
  balance: string
  hasChart: boolean
  sparks: Record<Direction, Spark>
  chart: Elevation
  /** What moved the balance; empty when nothing is said. */
  moved: string
  stories: StoryView[]
  /** Stories of it that were cut. */
  more: number
  moreLink: string
}

export interface DigestView extends Account {
  issue: string
  preview: boolean
  period: string
  since: string
  until: string
  /** The page of this issue, absolute. */
  url: string
  quiet: boolean
  /** Says that nothing happened, where the lead does not say it. */
  quietLine: string
  /** Each sentence, with the story it rests on where it rests on one. */
  lead: { text: string; href: string | null; story: string }[]
  /** The editor whose words the lead is; empty where it is composed, or where they gave no name. */
  signed: string
  /** `1 story`, `12 stories`. */
  storiesPhrase: string
  tally: { direction: Direction; mark: string; word: string; count: number; phrase: string }[]
  sections: SectionView[]
  hasCharts: boolean
  concept: ConceptView | null
  debate: DebateView | null
  /** What was wrong in earlier issues; empty most weeks. */
  corrected: CorrectedView[]
  correctedHeading: string
  /** Stories that stand only on the web. */
  cut: number
}

/** Where links lead: `site` is the absolute address of the pages without a slash at its end. */
export interface Place {
  site: string
  ideas: readonly Idea[]
}

/** How many stories of each section are shown, by idea; all where it says nothing. */
export type Kept = ReadonlyMap<string, number>

/** The digest as templates need it: words chosen, dates written, feed text made safe to look at, links checked. */
export function digestView(digest: Digest, place: Place, kept: Kept = new Map()): DigestView {
  const url = issueUrl(digest, place.site)
  const anchors = new Set<string>()
  const sections = digest.sections.map((section) => sectionView(section, digest, place, kept, anchors))
  const counts = tallyOf(uniqueStories(digest))
  const titles = new Map(uniqueStories(digest).map((story) => [story.item, storyTitle(story)]))
  return {
    issue: issueName(digest),
    preview: digest.number === null,
    period: periodName(digest.since, digest.until),
    since: digest.since,
    until: digest.until,
    url,
    quiet: isQuiet(digest),
    quietLine: quietLine(digest, place.ideas.length),
    lead: digest.lead.map((sentence) => leadView(sentence, digest, url)),
    signed: signatureOfLead(digest),
    storiesPhrase: plural(storyCount(digest), 'story'),
    tally: directions.map((direction) => ({
      direction,
      mark: marks[direction],
      word: words[direction],
      count: counts[direction],
      phrase: countPhrase(direction, counts[direction]),
    })),
    sections,
    hasCharts: sections.some(({ hasChart }) => hasChart),
    concept: digest.concept ? conceptView(digest.concept, place.site, titles) : null,
    debate: digest.debate ? debateView(digest.debate, place.site, titles) : null,
    corrected: correctedViews(digest, place.site),
    correctedHeading,
    ...accountOf(digest),
    cut: storyCount(digest) - storyCount(keepOnly(digest, kept)),
  }
}

/** The page of an issue, absolute; a preview has none, so the list of issues stands in. */
export function issueUrl(digest: Digest, site: string): string {
  return digest.number === null ? `${site}/digests` : `${site}/digests/${digest.number}`
}

/** Each story once, as it first stands. */
export function uniqueStories(digest: Digest): Story[] {
  const seen = new Map<string, Story>()
  for (const section of digest.sections) {
    for (const story of section.stories) if (!seen.has(story.item)) seen.set(story.item, story)
  }
  return [...seen.values()]
}

/** The digest with only the stories that are kept. */
export function keepOnly(digest: Digest, kept: Kept): Digest {
  const sections = digest.sections.map((section) => ({
    ...section,
    stories: section.stories.slice(0, kept.get(section.idea)),
  }))
  return { ...digest, sections }
}

/** The title of a story as it is shown. */
export function storyTitle(story: Pick<Story, 'title'>): string {
  return plain(story.title, 240) || 'Untitled'
}

/** The evidence as it is shown; nothing when it only says the title again. */
export function quoteOf(evidence: string, title: string): string {
  const words = plain(evidence, 500)
  return saysAgain(words, title) ? '' : quoted(words)
}

/** What tells that a story goes on, before its quotation; null when it is told for the first time. */
export function updateOf({ update, updates, title, evidence }: Story, site: string): UpdateView | null {
  if (!update && updates === undefined) return null
  const words = plain(update ?? '', 240)
  return {
    label: updates === undefined ? 'Update' : `Update to issue ${number(updates)}`,
    href: updates === undefined ? null : `${site}/digests/${updates}`,
    words: [title, evidence].some((shown) => saysAgain(words, shown)) ? '' : words,
  }
}

/** How the stories that are told lean: `In this issue: 3 open, 1 closes`. */
export function balanceLine({ stories }: DigestSection): string {
  return `In this issue: ${tallyPhrase(tallyOf(stories))}`
}

/** What moved a section's balance, as it is shown. */
export function movedLine({ moved }: DigestSection): string {
  return plain(moved?.text ?? '', 600)
}

/** True of words that stand in a text which is shown anyway. */
function saysAgain(words: string, shown: string): boolean {
  const said = words.replace(/[.…\s]+$/, '')
  return said === '' || plain(shown, 500).includes(said)
}

function sectionView(
  section: DigestSection,
  digest: Digest,
  place: Place,
  kept: Kept,
  anchors: Set<string>,
): SectionView {
  const shown = section.stories.slice(0, kept.get(section.idea))
  return {
    id: section.idea,
    name: section.name,
    title: section.title,
    href: `${place.site}/ideas/${section.idea}`,
    balance: balanceLine(section),
    hasChart: section.balance.length > 0,
    sparks: sparks(section.balance),
    chart: elevation(section.balance, 240, 72),
    moved: movedLine(section),
    stories: shown.map((story) => storyView(story, section.idea, digest, place, anchors)),
    more: section.stories.length - shown.length,
    moreLink: `${issueUrl(digest, place.site)}#${section.idea}`,
  }
}

function storyView(
  story: Story,
  idea: string,
  digest: Digest,
  place: Place,
  anchors: Set<string>,
): StoryView {
  const anchor = anchors.has(story.item) ? '' : storyAnchor(story.item)
  anchors.add(story.item)
  const others = place.ideas.filter(({ id }) => id !== idea && story.ideas.includes(id))
  return {
    anchor,
    title: storyTitle(story),
    url: webLink(story.url),
    source: plain(story.feedTitle, 80) || plain(story.feed, 80),
    date: shortDate(story.publishedAt, digest.until),
    isoDate: longDate(story.publishedAt) ? story.publishedAt : '',
    direction: story.direction,
    opens: story.direction === 'opens',
    closes: story.direction === 'closes',
    mixed: story.direction === 'mixed',
    mark: marks[story.direction],
    word: words[story.direction],
    quote: quoteOf(story.evidence, story.title),
    update: updateOf(story, place.site),
    also: story.also.slice(0, 8).map(({ feedTitle, feed, url }, index, shown) => ({
      title: plain(feedTitle, 80) || plain(feed, 80),
      // A feed that only passes the article on has no page of its own to lead to.
      url: url && story.url && canonicalUrl(url) === canonicalUrl(story.url) ? null : webLink(url),
      last: index === shown.length - 1,
    })),
    ideas: others.map(({ id, name }, index) => ({
      name,
      href: `${place.site}/ideas/${id}`,
      last: index === others.length - 1,
    })),
  }
}

/** The name under a lead that an editor wrote; empty under any other. */
export function signatureOfLead({ lead }: Digest): string {
  const by = lead.at(-1)?.by
  return by === undefined ? '' : signatureOf(by)
}

/** What is longest in a sentence; an editor writes paragraphs. */
export function longestIn({ by }: BackedText, composed: number): number {
  return by === undefined ? composed : 2000
}

/** A sentence of the lead, from whose quotations no words get out. */
export function wordsOfLead({ text, backing }: BackedText): string {
  const quotes = backing.flatMap((one) => (one.kind === 'item' ? [one.quote] : []))
  return quotes.reduce((said, quote) => said.replace(`“${quote}”`, () => `“${withinQuotes(quote)}”`), text)
}

function leadView(sentence: BackedText, digest: Digest, url: string): DigestView['lead'][number] {
  const items = sentence.backing.flatMap((backing) => (backing.kind === 'item' ? [backing.item] : []))
  const story = uniqueStories(digest).find(({ item }) => items.includes(item))
  return {
    text: plain(wordsOfLead(sentence), longestIn(sentence, 600)),
    href: story ? `${digest.number === null ? '' : url}#${storyAnchor(story.item)}` : null,
    story: story ? storyTitle(story) : '',
  }
}

function quietLine(digest: Digest, ideas: number): string {
  if (digest.coverage && digest.coverage.answered === 0) {
    return 'No feed answered, so this silence says nothing about the world.'
  }
  if (digest.lead.length > 0) return ''
  if (digest.read === 0) return 'The feeds brought nothing new.'
  const items =
    digest.read === 1
      ? 'The one item read did not bear'
      : `None of the ${number(digest.read)} items read bore`
  return `${items} on ${ideas === 5 ? 'the five key ideas' : 'the key ideas'}.`
}

function storyAnchor(item: string): string {
  return `story-${item.replace(/[^\w-]/g, '')}`
}
