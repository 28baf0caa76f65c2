import { type ChannelSubscription, failuresBeforePause } from '../../../model/index.ts'
import type { DiscordMessage } from '../components.ts'
import { actionButton, rowOf, success } from './buttons.ts'
import { amber, box, moment, textOf } from './layout.ts'
import { fitted } from './pen.ts'
import { channelName } from './phrases.ts'

export interface TroubleContent {
  subscription: ChannelSubscription
  /** What is missing, and where: a sentence. */
  error: string
  /** Nothing is tried any more. */
  paused: boolean
  /** When it is tried again (ms); null when that is not known, or never. */
  retryAt: number | null
}

/** Tells whoever subscribed a channel that a post could not get there, what happens next and what they can do. */
export function trouble({ subscription, error, paused, retryAt }: TroubleContent): DiscordMessage {
  return fitted((pen) => {
    const { channel, failures } = subscription
    const again = retryAt === null ? '' : moment(retryAt, 'R')
    const next = paused
      ? 'The subscription is paused, and nothing more is tried. When this is put right, resume it here or with `/status`.'
      : `Freehold tries again ${again || 'with the next post'}. After ${failuresBeforePause} failures in a row it pauses ` +
        `the subscription${failures > 0 ? `; this was number ${failures}` : ''}.`
    return [
      box(
        [
          ...textOf(`**Freehold could not post in ${channelName(channel)}**`, pen.sentence(error, 600)),
          ...textOf(next),
          ...(paused ? rowOf(actionButton('Resume', success, 'resume', channel)) : []),
        ],
        amber,
      ),
    ]
  })
}
