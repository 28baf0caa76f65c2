import type { FeedNote } from '../../../model/index.ts'
import { longDate } from '../../dates.ts'
import { broughtWords, moreWords, noteLine, noteOpening, noteTitle } from '../../feed-note.ts'
import type { DiscordMessage } from '../components.ts'
import { amber, box, small, textOf } from './layout.ts'
import { fitted } from './pen.ts'

/** Feeds that a post tells one by one. */
const most = 10

/** The weekly note to those who keep the feed lists. */
export function feedNote(note: FeedNote): DiscordMessage {
  return fitted((pen) => {
    const shown = note.needs.slice(0, most)
    return [
      box(
        [
          ...textOf(`### ${noteTitle(note)}`, small(`week of ${longDate(note.week)}`), noteOpening(note)),
          ...shown.flatMap((one) => {
            const { title, feed, what, remedy } = noteLine(one)
            return textOf(
              `**${pen.link(title, one.site, 100)}** · ${pen.words(feed, 60)}`,
              pen.words(what, 300),
              remedy && `→ ${pen.words(remedy, 300)}`,
            )
          }),
          ...textOf(moreWords(note.needs.length - shown.length), pen.words(broughtWords(note), 600)),
        ],
        note.needs.length > 0 || note.unread * 2 > note.feeds ? amber : undefined,
      ),
    ]
  })
}
