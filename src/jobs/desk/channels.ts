import { next } from '../../lib/schedule/index.ts'
import type { ChannelSubscription } from '../../model/index.ts'
import type { ChannelWish } from '../../store/index.ts'
import { type Suggested, suggestFeed } from '../suggest.ts'
import type { DeskOptions } from './options.ts'

/** How the service does, for those who ask in a server. */
export interface ServiceStatus {
  /** Of the server that was asked about; null without one. */
  subscriptions: ChannelSubscription[] | null
  lastIssue: { number: number; at: number } | null
  /** When the next digest is made (ms); null when the schedule never comes. */
  nextIssueAt: number | null
  feeds: { total: number; failing: number; unread: number }
  /** What is wrong with the feed lists, so that the last good ones are in use; for those who keep them. */
  listFault: string | null
}

/** Channels that subscribe, servers that come and go, suggestions for the feed lists. */
export function channelDesk({ way, schedules }: DeskOptions) {
  const { store } = way
  const nextIssue = () => next({ expression: schedules.digest, zone: schedules.zone }, way.now())

  return {
    /** Subscribes a channel or changes what it gets. True when it was subscribed before. */
    subscribe(wish: Omit<ChannelWish, 'madeAt'>): Promise<boolean> {
      return store.channels.subscribe({ ...wish, madeAt: way.now() })
    },

    subscription(channel: string): Promise<ChannelSubscription | null> {
      return store.channels.get(channel)
    },

    subscriptions(guild: string): Promise<ChannelSubscription[]> {
      return store.channels.list(guild)
    },

    /** Ends a subscription and what was still to come of it; false when there is none. */
    async unsubscribe(channel: string): Promise<boolean> {
      if (!(await store.channels.unsubscribe(channel))) return false
      await store.posts.cancelFor(channel, 'The channel was unsubscribed.', way.now())
      return true
    },

    /** Ends a pause; false when there is none. */
    resume(channel: string): Promise<boolean> {
      return store.channels.resume(channel)
    },

    /** When the next digest is made (ms). */
    nextIssueAt: nextIssue,

    async status(guild: string | null): Promise<ServiceStatus> {
      const last = (await store.digests.list(20)).find(({ releasedAt }) => releasedAt !== null)
      const states = new Map((await store.feedStates.all()).map((state) => [state.feed, state]))
      const feeds = way.feeds.filter(({ enabled }) => enabled)
      return {
        subscriptions: guild === null ? null : await store.channels.list(guild),
        lastIssue: last ? { number: last.number, at: last.releasedAt! } : null,
        nextIssueAt: nextIssue(),
        feeds: {
          total: feeds.length,
          failing: feeds.filter(({ id }) => (states.get(id)?.failures ?? 0) > 0).length,
          unread: feeds.filter(({ id }) => !states.get(id)?.lastPolledAt).length,
        },
        listFault: way.feedFaults?.[0] ?? null,
      }
    },

    /** Notes a feed that somebody would like to be followed. Nothing is fetched: curators look at it. */
    suggestFeed(raw: string): Promise<Suggested> {
      return suggestFeed(way, raw)
    },

    /** The servers the bot is on, all of them. */
    guildsPresent(ids: string[]): Promise<void> {
      return store.channels.guildsPresent(ids, way.now())
    },

    guildJoined(guild: string): Promise<void> {
      return store.channels.guildLeft(guild, null)
    },

    /** What belongs to the server is deleted after 30 days, should the bot not come back. */
    guildLeft(guild: string): Promise<void> {
      return store.channels.guildLeft(guild, way.now())
    },
  }
}
