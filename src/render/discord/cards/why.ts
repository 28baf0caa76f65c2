import { effectiveDate, type Label } from '../../../model/index.ts'
import { type Place, quoteOf } from '../../digest-view.ts'
import { marks, words } from '../../directions.ts'
import { clip, plain } from '../../feed-text.ts'
import { type DiscordMessage, rule } from '../components.ts'
import { zoneOf } from '../digest-story.ts'
import { actionButton, rowOf, secondary } from './buttons.ts'
import type { ToldItem } from './latest.ts'
import { box, moment, small, textOf } from './layout.ts'
import { fitted, type Pen } from './pen.ts'
import { ideaName, leadingLabel } from './phrases.ts'

export interface WhyContent extends ToldItem {
  /** Why the item is, or is not, in an issue: a sentence. */
  reason: string
}

const most = 6

/** Why an item stands where it stands, with what the classifier made of it. */
export function whyCard(place: Place): (content: WhyContent) => DiscordMessage {
  return ({ item, feedTitle, reason }) =>
    fitted((pen) => {
      const labels = item.labels.toSorted((a, b) => b.score - a.score).slice(0, most)
      return [
        box(
          [
            ...textOf(
              `**${pen.link(item.title, item.url, 200)}**`,
              small(pen.words(feedTitle, 60), moment(effectiveDate(item), 'D')),
            ),
            ...textOf(pen.sentence(reason, 500)),
            ...(labels.length > 0
              ? [rule(), ...labels.flatMap((label) => labelText(label, item.title, place, pen))]
              : textOf(small('No key idea is given to it.'))),
            ...rowOf(actionButton('Wrong label?', secondary, 'label', item.id)),
          ],
          zoneOf(leadingLabel(item, null, null)?.idea ?? '', place),
        ),
      ]
    })
}

function labelText(
  { idea, direction, score, evidence, by }: Label,
  title: string,
  { ideas }: Place,
  pen: Pen,
) {
  const quote = quoteOf(clip(plain(evidence), 200), title)
  const surety = by === 'maintainer' ? 'given by a maintainer' : `${percent(score)} sure`
  return textOf(
    `${marks[direction]} **${ideaName(idea, ideas, pen)}** · ${words[direction]} · ${surety}`,
    quote && `> ${pen.words(quote, 240)}`,
  )
}

/** Never certain, either way. */
function percent(score: number): string {
  return `${Math.min(99, Math.max(1, Math.round(score * 100)))} %`
}
