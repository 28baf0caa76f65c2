import {
  type Correction,
  type Digest,
  directions,
  type Idea,
  issueName,
  type Page,
  type WeekBalance,
} from '../model/index.ts'
import { lastWeeks, total } from './balance.ts'
import { correctionView } from './corrected.ts'
import { longDate, periodName } from './dates.ts'
import { type DigestView, digestView, type Place } from './digest-view.ts'
import { countPhrase, marks, type Tally } from './directions.ts'
import { plain } from './feed-text.ts'
import { type Frame, waysOn } from './frame.ts'
import { newsByMonth } from './idea-news.ts'
import { number, plural } from './numbers.ts'
import { drawn, street } from './street.ts'
import type { IdeaItem } from './syndication.ts'
import { wikiView } from './wiki-view.ts'

/** An issue as the list of issues shows it. */
export interface DigestSummary {
  number: number
  since: string
  until: string
  stories: number
  opens: number
  closes: number
  mixed: number
  /** The title of its strongest story. */
  headline: string
}

/** How much the archive holds. */
export interface Counts {
  feeds: number
  items: number
  /** Items that bear on at least one idea. */
  labelled: number
  digests: number
}

export interface HomeContent {
  latest: Digest | null
  ideas: readonly Idea[]
  counts: Counts
  /** Whether readers can suggest feeds. */
  takesSuggestions?: boolean
}

export interface IdeaContent {
  idea: Idea
  page: Page | null
  items: readonly IdeaItem[]
  balance: readonly WeekBalance[]
}

/** Numbers of the sent issues before and after one; null where there is none. */
export interface Neighbours {
  previous: number | null
  next: number | null
}

/** With its styles a page that grows with the news stays below 50 KB. */
const maxBytes = 27_000

/** Makes the pages that everybody can read. */
export function pageRenderer({ base, page }: Frame, ideas: readonly Idea[]) {
  const place: Place = { site: base, ideas }
  const pages = {
    home: page('home'),
    digests: page('digests'),
    digest: page('digest'),
    ideas: page('ideas'),
    idea: page('idea'),
    wikiIndex: page('wiki-index'),
    wiki: page('wiki'),
    notice: page('notice'),
  }

  return {
    homePage({ latest, ideas, counts, takesSuggestions = false }: HomeContent): string {
      const view = latest && digestView(latest, place)
      return pages.home('/', '', {
        latest: view,
        briefs: view ? briefs(view) : [],
        ideas: ideas.map((idea, index) =>
          ideaCard(idea, index, base, latest?.sections.find((section) => section.idea === idea.id)?.balance),
        ),
        counts:
          `${plural(counts.feeds, 'feed')} watched, ${plural(counts.items, 'item')} read so far, ` +
          `${number(counts.labelled)} of them filed under an idea, ${plural(counts.digests, 'issue')} published.`,
        takesSuggestions,
      })
    },

    digestsPage(summaries: readonly DigestSummary[]): string {
      const digests = summaries.map((summary) => ({
        href: `${base}/digests/${summary.number}`,
        issue: issueName({ ...emptyDigest, number: summary.number }),
        period: periodName(summary.since, summary.until),
        since: summary.since,
        until: summary.until,
        headline: summary.stories === 0 ? 'A quiet week' : plain(summary.headline, 240),
        stories: summary.stories === 0 ? '' : plural(summary.stories, 'story'),
        tally: tallyView(summary),
      }))
      return pages.digests('/digests', 'Digests', { digests })
    },

    digestPage(
      digest: Digest,
      corrections: readonly Correction[] = [],
      { previous, next }: Neighbours = { previous: null, next: null },
    ): string {
      const issue = digestView(digest, place)
      const view = {
        ...issue,
        sections: issue.sections.map((section) => ({ ...section, chart: drawn(section.chart) })),
        corrections: corrections.map(correctionView),
        previous: neighbour(previous, base),
        next: neighbour(next, base),
      }
      const path = digest.number === null ? '' : `/digests/${digest.number}`
      return pages.digest(path, `${view.issue}, ${view.period}`, { digest: view })
    },

    ideasPage(balances: Readonly<Record<string, readonly WeekBalance[]>>): string {
      return pages.ideas('/ideas', 'Ideas', {
        ideas: ideas.map((idea, index) => ideaCard(idea, index, base, balances[idea.id])),
      })
    },

    ideaPage({ idea, page, items, balance }: IdeaContent): string {
      const weeks = lastWeeks(balance)
      const view = (items: readonly IdeaItem[]) => ({
        ...ideaSummary(
          idea,
          ideas.findIndex(({ id }) => id === idea.id),
        ),
        wiki: page && `${base}/wiki/${page.id}`,
        notWhen: idea.notWhen,
        feed: `${base}/feeds/ideas/${idea.id}`,
        hasChart: weeks.length > 0,
        chart: street(balance, 640, 150),
        weeks: plural(weeks.length, 'week'),
        tally: tallyView(total(weeks)),
        rows: weeks.toReversed().map((week) => ({ ...week, date: longDate(week.week) })),
        months: newsByMonth(items, idea),
      })
      return latestThatFit(items, (some) => pages.idea(`/ideas/${idea.id}`, idea.name, view(some)))
    },

    wikiIndexPage(pagesOfWiki: readonly Page[]): string {
      const entry = (page: Page) => ({
        href: `${base}/wiki/${page.id}`,
        title: page.title,
        opening: wikiView(page, pagesOfWiki, base).opening,
      })
      return pages.wikiIndex('/wiki', 'Wiki', {
        concepts: pagesOfWiki.filter((page) => page.idea === null).map(entry),
        ideas: pagesOfWiki
          .filter((page) => page.idea !== null)
          .toSorted((a, b) => a.idea!.order - b.idea!.order)
          .map(entry),
      })
    },

    wikiPage(page: Page, pagesOfWiki: readonly Page[]): string {
      return pages.wiki(`/wiki/${page.id}`, page.title, { page: wikiView(page, pagesOfWiki, base) })
    },

    notFoundPage(): string {
      return pages.notice('', 'Not found', {
        heading: 'There is no page here',
        text: 'The address may be mistyped, or the page may never have been. Issues, ideas and wiki pages keep their addresses for ever.',
        lot: null,
        more: [],
        ways: waysOn(base),
      })
    },

    /** `reference` is what the log calls the request that failed. */
    errorPage(reference?: string): string {
      return pages.notice('', 'Something went wrong', {
        heading: 'Something went wrong',
        text: 'The page could not be made. The fault is on our side and has been noted; please try again in a few minutes.',
        lot: null,
        more: reference ? [`If it stays so, write to us and name this request: ${reference}.`] : [],
        ways: waysOn(base),
      })
    },
  }
}

const emptyDigest: Digest = {
  number: null,
  since: '',
  until: '',
  lead: [],
  sections: [],
  read: 0,
  leftOut: 0,
}

function ideaSummary(idea: Idea, index: number) {
  return { id: idea.id, name: idea.name, sentence: idea.title, definition: idea.definition, place: index + 1 }
}

function ideaCard(idea: Idea, index: number, base: string, balance: readonly WeekBalance[] = []) {
  return {
    ...ideaSummary(idea, index),
    href: `${base}/ideas/${idea.id}`,
    hasChart: balance.length > 0,
    chart: street(balance, 240, 72),
  }
}

/** The page with as many of the latest items as it can hold; their feed has the others. */
function latestThatFit(items: readonly IdeaItem[], page: (items: readonly IdeaItem[]) => string): string {
  for (let most = items.length; ; most--) {
    const html = page(items.slice(0, most))
    if (Buffer.byteLength(html) <= maxBytes || most === 0) return html
  }
}

function neighbour(number: number | null, base: string) {
  return number === null
    ? null
    : { href: `${base}/digests/${number}`, issue: issueName({ ...emptyDigest, number }) }
}

/** The first story of each section that no section before it has. */
function briefs({ sections }: DigestView) {
  return sections.flatMap(({ name, href, stories }) => {
    const story = stories.find(({ anchor }) => anchor !== '')
    return story ? [{ name, href, story }] : []
  })
}

function tallyView(tally: Tally) {
  return directions.map((direction) => ({
    direction,
    mark: marks[direction],
    count: tally[direction],
    phrase: countPhrase(direction, tally[direction]),
  }))
}
