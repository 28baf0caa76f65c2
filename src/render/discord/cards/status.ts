import { type ChannelSubscription, directions } from '../../../model/index.ts'
import type { Place } from '../../digest-view.ts'
import { words } from '../../directions.ts'
import { number, plural } from '../../numbers.ts'
import { type Component, type DiscordMessage, type TextDisplay, text } from '../components.ts'
import { actionButton, success } from './buttons.ts'
import { amber, box, moment, small, textOf } from './layout.ts'
import { fitted, type Pen } from './pen.ts'
import { channelName, ideaName, isId, modeNames } from './phrases.ts'

export interface StatusContent {
  /** Of one server; null where there is none that could have any. */
  subscriptions: readonly ChannelSubscription[] | null
  /** When it was sent (ms). */
  lastIssue: { number: number; at: number } | null
  nextIssueAt: number | null
  /** Those that are followed; of them those that fail, and those that have not been read yet. */
  feeds: { total: number; failing: number; unread?: number }
  /** What keeps an edit of the feed lists from being taken over; for maintainers. */
  listFault?: string | null
}

const most = { paused: 6, active: 15 }

/** What the channels of a server get, those that are kept from it first. */
export function statusCard(place: Place): (content: StatusContent) => DiscordMessage {
  return (content) =>
    fitted((pen) => {
      const once = [...new Map((content.subscriptions ?? []).map((one) => [one.channel, one])).values()]
      const paused = once.filter(({ pausedAt }) => pausedAt !== null)
      const active = once.filter(({ pausedAt }) => pausedAt === null)
      return [
        ...faultBox(content.listFault ?? null, pen),
        ...pausedBox(paused, pen),
        box([
          ...(content.subscriptions ? textOf(...activeLines(active, paused.length, place, pen)) : []),
          ...textOf(...outlook(content, place, pen)),
        ]),
      ]
    })
}

function faultBox(fault: string | null, pen: Pen): Component[] {
  if (fault === null) return []
  const said = [
    '**The feed lists have a fault**',
    pen.words(fault, 300),
    small('The lists of before stay in use until it is mended.'),
  ]
  return [box(textOf(...said), amber)]
}

function pausedBox(paused: readonly ChannelSubscription[], pen: Pen): Component[] {
  if (paused.length === 0) return []
  const more = paused.length - most.paused
  return [
    box(
      [
        ...paused.slice(0, most.paused).map(({ channel, lastError, pausedAt }) => {
          const said: TextDisplay = text(
            [
              `**${channelName(channel)} is paused** since ${moment(pausedAt, 'D') || 'some time'}`,
              pen.sentence(lastError ?? '', 300) || 'The last posts could not be delivered.',
            ].join('\n'),
          )
          const [accessory] = actionButton('Resume', success, 'resume', channel)
          return accessory ? { type: 9 as const, components: [said], accessory } : said
        }),
        ...textOf(more > 0 ? small(`and ${plural(more, 'paused channel')} more`) : ''),
      ],
      amber,
    ),
  ]
}

function activeLines(
  active: readonly ChannelSubscription[],
  paused: number,
  place: Place,
  pen: Pen,
): string[] {
  if (active.length === 0 && paused === 0) {
    return [
      '**No channel of this server gets anything from Freehold yet**',
      '`/subscribe` chooses a channel, the ideas it should hear of, and whether it gets digests, single strong stories or both.',
    ]
  }
  if (active.length === 0) return ['No other channel of this server is subscribed.']
  const more = active.length - most.active
  return [
    '**Subscribed channels**',
    ...active.slice(0, most.active).map((one) => activeLine(one, place, pen)),
    more > 0 ? small(`and ${plural(more, 'channel')} more`) : '',
  ]
}

function activeLine(subscription: ChannelSubscription, { ideas }: Place, pen: Pen): string {
  const { channel, mode, role, failures, lastError } = subscription
  const names = subscription.ideas.slice(0, 10).map((id) => ideaName(id, ideas, pen))
  const ways = directions.filter((one) => subscription.directions.includes(one)).map((one) => words[one])
  const facts = [
    modeNames[mode],
    names.join(', ') || 'all ideas',
    ways.join(', '),
    role !== null && isId(role) ? `<@&${role}>` : '',
    failures > 0
      ? `**the last post failed**: ${pen.sentence(lastError ?? '', 200) || 'no reason given'}`
      : '',
  ]
  return `- ${channelName(channel)} · ${facts.filter(Boolean).join(' · ')}`
}

function outlook({ lastIssue, nextIssueAt, feeds }: StatusContent, { site }: Place, pen: Pen): string[] {
  const last = lastIssue
    ? `last issue ${pen.link(`Freehold ${number(lastIssue.number)}`, `${site}/digests/${lastIssue.number}`, 40)}`
    : 'no issue has been sent yet'
  const next = moment(nextIssueAt, 'R')
  const date = lastIssue ? moment(lastIssue.at, 'D') : ''
  return [
    small([last, date].filter(Boolean).join(', '), next ? `next issue ${next}` : '', feedsPhrase(feeds)),
  ]
}

function feedsPhrase({ total, failing }: StatusContent['feeds']): string {
  if (total === 0) return 'no feeds are read'
  if (failing > 0) {
    return `${number(failing)} of ${plural(total, 'feed')} ${failing === 1 ? 'does' : 'do'} not answer`
  }
  return total === 1 ? 'the one feed answers' : `all ${number(total)} feeds answer`
}
