import { plain } from './feed-text.ts'
import { type Frame, waysOn } from './frame.ts'
import { number } from './numbers.ts'

/** What stands in the form for suggesting a feed: what somebody typed, and what is wrong with it. */
export interface SuggestContent {
  values: { url: string; note: string }
  /** A sentence; it stands at the field for the address. */
  error: string | null
}

/** What is typed beyond it is not shown again. */
const longestTyped = 600

/** Makes the pages on which readers suggest feeds. */
export function suggestPages({ base, page }: Frame) {
  const pages = { suggest: page('suggest'), notice: page('notice') }
  const [frontPage] = waysOn(base)
  const another = { href: `${base}/suggest`, label: 'Suggest another feed' }
  const typed = (text: string) => plain(text.slice(0, longestTyped))

  return {
    /** The form for suggesting a feed; with an error it begins at the field that has it. */
    suggestPage({ values, error }: SuggestContent): string {
      const said = error === null ? '' : plain(error, 400)
      return pages.suggest('/suggest', said ? 'Please correct: Suggest a feed' : 'Suggest a feed', {
        url: typed(values.url),
        note: typed(values.note),
        error: said,
        described: ['url-hint', ...(said ? ['url-error'] : [])].join(' '),
      })
    },

    /** The answer to a suggestion; `times` is how often it was made by now, 1 where nobody is to know. */
    suggestedPage({ times }: { times: number }): string {
      const heading = 'Thank you, it is noted'
      return pages.notice('', heading, {
        heading,
        lot: null,
        text: 'Those who keep the feed lists will look at it.',
        more: [
          ...(times > 1 ? [`It has been suggested ${number(times)} times.`] : []),
          'If it fits, it goes into the lists and is read from then on. Freehold does not know who you are, so nobody writes to you about it.',
        ],
        ways: [another, frontPage!],
      })
    },

    /** The answer where there is nothing to suggest; `feed` is the title under which it is followed. */
    alreadyFollowedPage({ feed }: { feed: string }): string {
      const heading = 'That one is followed already'
      return pages.notice('', heading, {
        heading,
        lot: null,
        text: `It is in the lists as ${plain(feed, 200)}.`,
        more: [
          'What it brings is read as it appears; what bears on one of the five ideas may come into the digest.',
        ],
        ways: [another, { href: `${base}/digests`, label: 'Read the issues so far' }, frontPage!],
      })
    },
  }
}
