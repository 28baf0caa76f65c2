import type { Answer } from '../../../model/index.ts'
import { plural } from '../../numbers.ts'
import type { DiscordMessage } from '../components.ts'
import { noZone } from '../digest-story.ts'
import { sourceLink } from './answer.ts'
import { box, small, textOf } from './layout.ts'
import { fitted } from './pen.ts'

const most = 9

/** The words of the wiki that an answer rests on. */
export function passages({ citations }: Answer): DiscordMessage {
  return fitted((pen) => {
    const quotes = citations.slice(0, most).flatMap((citation, index) => {
      const quote = pen.words(citation.quote, 700)
      return textOf(`\\[${index + 1}\\] ${sourceLink(citation, pen)}`, quote && `> ${quote}`)
    })
    const more = citations.length - quotes.length
    const head =
      quotes.length > 0
        ? '**What the answer rests on, as it stands in the wiki**'
        : 'This answer rests on no passage of the wiki.'
    const rest = more > 0 ? small(`and ${plural(more, 'passage')} more`) : ''
    return [box([...textOf(head), ...quotes, ...textOf(rest)], noZone)]
  })
}
