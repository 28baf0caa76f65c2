import type { Place } from '../../digest-view.ts'
import type { DiscordMessage } from '../components.ts'
import { rowOf, webButton } from './buttons.ts'
import { box, small, textOf } from './layout.ts'
import { fitted } from './pen.ts'

export interface NewsletterContent {
  /** When it comes, as it stands behind “by e-mail”: `every Monday at 09:00 (UTC)`. */
  schedule: string
}

/** The way to the form where people subscribe to the digest by e-mail. */
export function newsletterCard({ site }: Place): (content: NewsletterContent) => DiscordMessage {
  const url = `${site}/subscribe`
  return ({ schedule }) =>
    fitted((pen) => [
      box([
        ...textOf(
          `The digest also comes by e-mail, ${pen.sentence(schedule, 80)}. ${pen.link('Subscribe on the web', url, 60)}.`,
          small(
            'You choose the ideas you want to hear of, and one click ends it. Discord does not learn your address.',
          ),
        ),
        ...rowOf(webButton('Subscribe', url)),
      ]),
    ])
}
