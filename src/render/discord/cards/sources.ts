import type { Feed } from '../../../model/index.ts'
import type { Place } from '../../digest-view.ts'
import { plural } from '../../numbers.ts'
import type { DiscordMessage } from '../components.ts'
import { noZone } from '../digest-story.ts'
import { pagingRow } from './buttons.ts'
import { box, moment, small, textOf } from './layout.ts'
import { fitted, type Pen } from './pen.ts'

/** A feed and how it did when it was last read. Times in ms. */
export interface FeedHealth {
  feed: Feed
  /** Null when it never answered. */
  lastSuccessAt: number | null
  /** What went wrong at the last try; null when it answered. */
  error: string | null
  /** What a person has to do about it; for those who keep the lists. */
  need?: string | null
}

export interface SourcesContent {
  /** Of this page; {@link sourcesPerPage} of them, groups together. */
  feeds: readonly FeedHealth[]
  /** From 1 on. */
  page: number
  pages: number
  /** How many feeds there are on all pages; with one page it need not be said. */
  total?: number
}

/** How many feeds a page of the list holds. */
export const sourcesPerPage = 15

/** The feeds by group, with what each is and when it last answered. */
export function sourcesCard({ site }: Place): (content: SourcesContent) => DiscordMessage {
  return (content) => sources(content, `${site}/suggest`)
}

function sources({ feeds, page, pages, total }: SourcesContent, form: string): DiscordMessage {
  return fitted((pen) => {
    const other = feeds.length === 0 ? 'one' : 'another'
    const onWeb = pen.link('the form on the web', form, 40)
    const proposing = small(`\`/suggest-feed\` proposes ${other}, and so does ${onWeb}.`)
    if (feeds.length === 0) return [box(textOf('No feeds are read yet.', proposing), noZone)]
    const shown = feeds.slice(0, sourcesPerPage)
    const groups = Map.groupBy(shown, ({ feed }) => feed.group)
    const count = total ?? (pages <= 1 ? feeds.length : null)
    const facts = [
      count === null ? '' : plural(count, 'feed'),
      pages > 1 ? `page ${page} of ${pages}` : '',
      shown.length < feeds.length ? `${shown.length} of ${feeds.length} shown` : '',
    ]
    return [
      box(
        [
          ...textOf('### What Freehold reads', small(...facts)),
          ...[...groups].flatMap(([group, members]) =>
            textOf(
              `**${pen.words(group, 80) || 'Other'}**`,
              ...members.map((member) => feedLine(member, pen)),
            ),
          ),
          ...textOf(proposing),
          ...pagingRow({ page, pages }, ['Back', 'Next'], 'sources'),
        ],
        noZone,
      ),
    ]
  })
}

function feedLine({ feed, lastSuccessAt, error, need }: FeedHealth, pen: Pen): string {
  const link = pen.link(feed.title || feed.id, feed.site, 80)
  const read = moment(lastSuccessAt, 'R')
  const state = !feed.enabled
    ? ['switched off', feed.reason ? pen.words(feed.reason, 120) : ''].filter(Boolean).join(': ')
    : need
      ? `**needs a hand**: ${pen.words(need, 300)}`
      : error !== null
        ? `**does not answer**: ${pen.words(error.replace(/[.\s]+$/, ''), 120) || 'no reason given'}${read && ` · last read ${read}`}`
        : read
          ? `read ${read}`
          : 'not read yet'
  return `- ${link} · ${pen.words(feed.kind, 20)} · ${state}`
}
