import type { ChannelSubscription } from '../../../model/index.ts'
import type { Place } from '../../digest-view.ts'
import { number } from '../../numbers.ts'
import { type DiscordMessage, rule } from '../components.ts'
import { amber, box, small, textOf } from './layout.ts'
import { fitted } from './pen.ts'
import { channelName, choicePhrase, isId } from './phrases.ts'

export interface SubscribedContent {
  subscription: ChannelSubscription
  /** What may keep posts out, a sentence each. */
  warnings: readonly string[]
  /** True when the channel was subscribed before. */
  changed: boolean
  /** When digests come, as it stands behind “the digest”: `every Monday at 09:00 UTC`. */
  schedule: string
}

/** What a channel will get from now on, and how to stop it. */
export function subscribedCard({ ideas }: Place): (content: SubscribedContent) => DiscordMessage {
  return ({ subscription, warnings, changed, schedule }) =>
    fitted((pen) => {
      const choice = choicePhrase(subscription, ideas, pen)
      const minds = warnings
        .slice(0, 5)
        .map((warning) => pen.sentence(warning, 400))
        .filter(Boolean)
      return [
        box(
          [
            ...textOf(
              changed ? '**Subscription changed**' : '**Subscribed**',
              [whatComes(subscription, pen.sentence(schedule, 80)), choice && `Only stories ${choice}.`]
                .filter(Boolean)
                .join(' '),
              whatElse(subscription).filter(Boolean).join(' '),
            ),
            ...(minds.length > 0
              ? [rule(), ...textOf('**Please check**', ...minds.map((mind) => `- ${mind}`))]
              : []),
            ...textOf(small('`/subscribe` changes it, `/unsubscribe` stops it, `/status` shows it.')),
          ],
          minds.length > 0 ? amber : undefined,
        ),
      ]
    })
}

function whatComes({ channel, mode, kind, alertsADay }: ChannelSubscription, schedule: string): string {
  const digest = `the digest${schedule && ` ${schedule}`}${kind === 'forum' ? ' as a post of its own' : ''}`
  const alerts = `single strong stories as they come, at most ${number(alertsADay)} a day`
  const both = { digest, alerts, both: `${digest} and, in between, ${alerts}` }
  return `${channelName(channel)} gets ${both[mode]}.`
}

function whatElse({ kind, mode, role, discuss, publish }: ChannelSubscription): string[] {
  const threaded = discuss && mode !== 'alerts' && (kind === 'text' || kind === 'announcement')
  return [
    role !== null && isId(role) ? `Each post mentions <@&${role}>.` : '',
    threaded ? 'A thread for discussion is opened under each digest.' : '',
    publish && kind === 'announcement' ? 'Channels that follow this one get it too.' : '',
  ]
}
