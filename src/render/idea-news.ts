import { effectiveDate, type Idea } from '../model/index.ts'
import { shortDate } from './dates.ts'
import { quoteOf } from './digest-view.ts'
import { marks, tallyOf, tallyPhrase, words } from './directions.ts'
import { plain } from './feed-text.ts'
import { webLink } from './links.ts'
import type { IdeaItem } from './syndication.ts'

const monthName = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' })

/** What was filed under an idea, as its page shows it: by months (UTC) in the order the items come in. */
export function newsByMonth(items: readonly IdeaItem[], idea: Idea) {
  const news = items.flatMap((item) => itemView(item, idea))
  const months = Map.groupBy(news, ({ isoDate }) => isoDate.slice(0, 7))
  return [...months].map(([month, filed]) => ({
    month,
    name: monthName.format(new Date(filed[0]!.isoDate)),
    tally: tallyPhrase(tallyOf(filed)),
    items: filed,
  }))
}

function itemView(item: IdeaItem, idea: Idea) {
  const label = item.labels.find((label) => label.idea === idea.id)
  if (!label) return []
  const iso = new Date(effectiveDate(item)).toISOString()
  return [
    {
      id: `item-${item.id}`,
      title: plain(item.title, 240) || 'Untitled',
      url: webLink(item.url),
      source: plain(item.feedTitle, 80) || plain(item.feed, 80),
      // The month above it says the year.
      date: shortDate(iso, iso),
      isoDate: iso,
      direction: label.direction,
      mark: marks[label.direction],
      word: words[label.direction],
      quote: quoteOf(label.evidence, item.title),
      byHand: label.by === 'maintainer',
    },
  ]
}
