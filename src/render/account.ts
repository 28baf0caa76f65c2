import type { Coverage, Digest, LeftOut } from '../model/index.ts'
import { plain } from './feed-text.ts'
import { number, plural } from './numbers.ts'

/** A sentence that names feeds: `Longer silent than usual: A (31 days), B (16 days) and 3 more.` */
export interface FeedNote {
  label: string
  names: { title: string; note: string; last: boolean }[]
  more: number
}

/** How an issue was read: how many items, why they were left out, which feeds were not heard. */
export interface Account {
  /** `Freehold read 150 items from 28 feeds and left out 118: 96 bore on no idea, …` */
  reading: string
  /** `18 of 20 feeds answered.` */
  coverage: string
  feedNotes: FeedNote[]
}

const mostFailing = 12
const mostNamed = 6

/** What an issue says of its own making. */
export function accountOf(digest: Digest): Account {
  const { coverage } = digest
  return {
    reading: readingLine(digest),
    coverage: coverage ? answeredLine(coverage) : '',
    feedNotes: coverage ? feedNotes(coverage) : [],
  }
}

/** A note on feeds as one sentence; `name` makes a feed's title fit to be shown. */
export function feedNoteLine({ label, names, more }: FeedNote, name = (title: string) => title): string {
  const said = names.map(({ title, note }) => `${name(title)}${note}`)
  return `${label} ${said.join(', ')}${more > 0 ? ` and ${number(more)} more` : ''}.`
}

function readingLine({ read, leftOut, feedsRead, left }: Digest): string {
  const from = feedsRead ? ` from ${plural(feedsRead, 'feed')}` : ''
  const why = left ? reasons(left) : []
  return (
    `Freehold read ${plural(read, 'item')}${from} and left out ${number(leftOut)}` +
    `${why.length > 0 ? `: ${why.join(', ')}` : ''}.`
  )
}

function reasons({ noIdea, unread, repeats, weaker, dropped = 0 }: LeftOut): string[] {
  const reason = (count: number, one: string, many: string) =>
    count > 0 ? [`${number(count)} ${count === 1 ? one : many}`] : []
  return [
    ...reason(noIdea, 'bore on no idea', 'bore on no idea'),
    ...reason(unread, 'was in a language it doesn’t read', 'were in languages it doesn’t read'),
    ...reason(repeats, 'had been told before', 'had been told before'),
    ...reason(weaker, 'told of a weaker story', 'told of weaker stories'),
    ...reason(dropped, 'was left out by an editor', 'were left out by an editor'),
  ]
}

function answeredLine({ feeds, answered }: Coverage): string {
  return feeds === answered && feeds > 1
    ? `All ${feeds} feeds answered.`
    : `${answered} of ${plural(feeds, 'feed')} answered.`
}

function feedNotes({ failing, lost = [], silent = [], added = [] }: Coverage): FeedNote[] {
  return [
    // Why a feed failed is for its maintainers; readers need to know that it was not heard.
    feedNote('No answer from', failing, mostFailing),
    feedNote('No answer any more from', lost, mostFailing),
    feedNote(
      'Longer silent than usual:',
      silent.map(({ title, days }) => ({ title, note: ` (${plural(days, 'day')})` })),
      mostNamed,
    ),
    feedNote('New:', added, mostNamed),
  ].filter(({ names }) => names.length > 0)
}

function feedNote(label: string, feeds: { title: string; note?: string }[], most: number): FeedNote {
  const named = feeds.slice(0, most)
  return {
    label,
    names: named.map(({ title, note = '' }, index) => ({
      title: plain(title, 80),
      note,
      last: index === named.length - 1,
    })),
    more: feeds.length - named.length,
  }
}
