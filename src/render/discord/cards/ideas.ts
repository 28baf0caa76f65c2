import { directions, type Idea, type WeekBalance } from '../../../model/index.ts'
import { balanceSummary, sparks } from '../../balance.ts'
import type { Place } from '../../digest-view.ts'
import { legend, marks } from '../../directions.ts'
import { plural } from '../../numbers.ts'
import { type DiscordMessage, text } from '../components.ts'
import { zoneOf } from '../digest-story.ts'
import { box, small, textOf } from './layout.ts'
import { fitted } from './pen.ts'

export interface IdeasContent {
  ideas: readonly { idea: Idea; balance: readonly WeekBalance[] }[]
}

/** More boxes than that do not go into a message. */
const most = 12

/** The key ideas, each with what is filed under it and how its last weeks leaned. */
export function ideasCard(place: Place): (content: IdeasContent) => DiscordMessage {
  return ({ ideas }) =>
    fitted((pen) => {
      if (ideas.length === 0) return [box(textOf('The wiki has no key ideas yet, so nothing can be filed.'))]
      const boxes = ideas.slice(0, most).map(({ idea, balance }) => {
        const charts = sparks(balance)
        // As code the bars are all of one width.
        const bars = directions.map((one) => `${marks[one]}\u00A0\`${charts[one].bars}\``).join(' ')
        const link = pen.link(idea.name, `${place.site}/ideas/${idea.id}`, 60)
        return box(
          [
            ...textOf(`**${link}**`, pen.sentence(idea.title, 200)),
            ...(balance.length > 0 ? textOf(small(bars), small(balanceSummary(balance))) : []),
          ],
          zoneOf(idea.id, place),
        )
      })
      const more = ideas.length - boxes.length
      return [
        text(`### What Freehold watches for\n${small(legend)}`),
        ...boxes,
        ...textOf(more > 0 ? small(`and ${plural(more, 'idea')} more on the web`) : ''),
      ]
    })
}
