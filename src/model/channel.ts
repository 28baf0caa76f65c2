import type { StoryChoice } from './choice.ts'

/** What a subscribed channel gets: every digest, single strong stories between digests, or both. */
export const channelModes = ['digest', 'alerts', 'both'] as const
export type ChannelMode = (typeof channelModes)[number]

/** Kinds of Discord channel that can be subscribed. A thread takes posts as a text channel does. */
export const channelKinds = ['text', 'announcement', 'forum', 'thread'] as const
export type ChannelKind = (typeof channelKinds)[number]

/** What a Discord channel has asked for. Times in ms. */
export interface ChannelSubscription extends StoryChoice {
  /** Ids of the channel and of its server. */
  channel: string
  guild: string
  kind: ChannelKind
  mode: ChannelMode
  /** A role to mention; null for none. */
  role: string | null
  /** Opens a thread for talk under each digest (text and announcement channels). */
  discuss: boolean
  /** Publishes the first message to the channels that follow this one (announcement channels). */
  publish: boolean
  /** Alerts in 24 hours, at most. */
  alertsADay: number
  /** Who subscribed it; told when posts fail. */
  madeBy: string
  madeAt: number
  /** Posts that the channel's permissions or its absence kept out, in a row. */
  failures: number
  lastError: string | null
  /** Null while it is active. */
  pausedAt: number | null
}

/** So many posts kept out in a row pause a subscription. */
export const failuresBeforePause = 3
/** How many alerts a day a channel gets unless it asks for another number; and the most it can ask for. */
export const usualAlertsADay = 3
export const mostAlertsADay = 10
/** Data of a server that the bot has left are kept so long (ms), should it come back. */
export const guildDataKept = 30 * 24 * 60 * 60 * 1000
