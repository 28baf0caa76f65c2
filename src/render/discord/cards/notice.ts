import type { DiscordMessage } from '../components.ts'
import { amber, box, textOf } from './layout.ts'
import { fitted } from './pen.ts'

/**
 * A short message of one or more sentences, each a paragraph of its own line. Mentions, dates and names of commands in
 * them act; everything else is shown as it is written.
 */
export function notice(
  sentences: string | readonly string[],
  tone: 'plain' | 'warning' = 'plain',
): DiscordMessage {
  return fitted((pen) => {
    const said = [sentences].flat().slice(0, 10)
    const lines = textOf(...said.map((sentence) => pen.sentence(sentence, 600)))
    return [
      box(
        lines.length > 0 ? lines : textOf('There is nothing to show.'),
        tone === 'warning' ? amber : undefined,
      ),
    ]
  })
}
