import type { ChannelSubscription, PostWish } from '../model/index.ts'
import type { Destination } from '../store/index.ts'
import type { Way } from './way.ts'

type AudienceWay = Pick<Way, 'store' | 'renderer' | 'post' | 'now' | 'log'>

/** Writes down who gets a digest: subscribers confirmed by now, and the channels with every part of the post. */
export async function writeAudience(way: AudienceWay, number: number): Promise<void> {
  const stored = await way.store.digests.get(number)
  if (!stored) return
  const { digest } = stored
  const readers = await way.store.subscribers.audience()
  const [subscribed, active] = way.post.discord
    ? [await way.store.channels.list(), await way.store.channels.active()]
    : [[], []]
  const wanting = active.filter(({ mode }) => mode !== 'alerts')
  const known = new Set(subscribed.filter(({ mode }) => mode !== 'alerts').map(({ channel }) => channel))
  // Many channels want the same; an issue is rendered once for all of them.
  const counts = new Map<string, number>()
  const countFor = (wish: PostWish | null): number => {
    const key = JSON.stringify(wish)
    const count = counts.get(key) ?? way.renderer.discord(digest, wish).length
    counts.set(key, count)
    return count
  }
  const places: Destination[] = [
    ...readers.map(({ id }): Destination => ({ medium: 'email', target: id, part: 0 })),
    // A channel that the configuration names gets what it subscribed to, where it did, and once; nothing while paused.
    ...way.post.channels
      .filter((channel) => !known.has(channel))
      .flatMap((channel) => messages(channel, countFor(null), null)),
    ...wanting.flatMap((one) => {
      const wish = wishOf(one)
      return placesIn(one, countFor(wish), wish)
    }),
  ]
  const written = await way.store.deliveries.prepare(number, places, way.now())
  if (written)
    way.log.info({ digest: number, deliveries: written }, 'the audience of a digest is written down')
}

/** Cancels what channels on servers that the bot has left were still to get. Returns how many messages. */
export async function dropForThoseLeft(way: Pick<Way, 'store' | 'now'>): Promise<number> {
  const active = new Set((await way.store.channels.active()).map(({ channel }) => channel))
  let dropped = 0
  for (const { channel, pausedAt } of await way.store.channels.list()) {
    if (pausedAt !== null || active.has(channel)) continue
    dropped += await way.store.posts.cancelFor(channel, 'The bot has left the server.', way.now())
  }
  return dropped
}

/** What of a subscription shapes its posts. */
export function wishOf({ ideas, directions, role }: ChannelSubscription): PostWish {
  return { ideas, directions, role }
}

/** The steps by which a post of so many messages comes to a channel, and a thread for talk after them where wanted. */
export function placesIn(
  { channel: target, kind, publish, discuss }: ChannelSubscription,
  count: number,
  wish: PostWish,
  thread = discuss,
): Destination[] {
  if (kind === 'forum') {
    return pieces(count).map((piece) => ({
      medium: 'discord',
      target,
      part: piece,
      piece,
      step: piece === 0 ? 'forum' : 'reply',
      wish,
    }))
  }
  const published =
    kind === 'announcement' && publish
      ? pieces(count).map(
          (piece): Destination => ({
            medium: 'discord',
            target,
            part: count + piece,
            piece,
            step: 'publish',
            wish,
          }),
        )
      : []
  const opened: Destination[] =
    thread && kind !== 'thread'
      ? [{ medium: 'discord', target, part: count + published.length, piece: 0, step: 'thread', wish }]
      : []
  return [...messages(target, count, wish), ...published, ...opened]
}

function messages(target: string, count: number, wish: PostWish | null): Destination[] {
  return pieces(count).map((piece) => ({ medium: 'discord', target, part: piece, wish }))
}

function pieces(count: number): number[] {
  return Array.from({ length: count }, (_, piece) => piece)
}
