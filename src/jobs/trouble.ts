import { nonceFor } from '../deliver/index.ts'
import type { ChannelSubscription, Delivery, Receipt } from '../model/index.ts'
import { failuresBeforePause, hour } from '../model/index.ts'
import type { Way } from './way.ts'

type TroubleWay = Pick<Way, 'store' | 'renderer' | 'post' | 'now' | 'log'>

/** How long (ms) a channel that keeps posts out is left alone before the next try: after the first failure, the second. */
const waits = [hour, 20 * hour]

/** When a post that was kept out is tried again (ms); null where none was, and once the subscription is paused. */
function nextTryOf({ failures, pausedAt }: ChannelSubscription, now: number): number | null {
  if (pausedAt !== null || failures === 0) return null
  return now + waits[Math.min(failures, waits.length) - 1]!
}

/**
 * Notes for a channel's subscription what came of a step. A post that the channel keeps out is put off, so that there is
 * time to mend its permissions; the third in a row pauses the subscription. Others that are kept out meanwhile wait for
 * the same next try and count for nothing. Gives the receipt to settle with, before another of the channel is noted.
 */
export async function noteOutcome(way: TroubleWay, delivery: Delivery, receipt: Receipt): Promise<Receipt> {
  const { target, step } = delivery
  const follows = step === 'publish' || step === 'thread'
  if (receipt.outcome === 'sent') {
    if (!follows) await way.store.channels.noteSuccess(target)
    return receipt
  }
  if (receipt.outcome !== 'failed' || !receipt.keptOut) return receipt
  const error = await exactly(way, delivery, receipt.error)
  if (follows) {
    await way.store.channels.noteTrouble(target, error, way.now())
    return { ...receipt, error }
  }
  const putOffUntil = await nextTryIn(way, target)
  if (putOffUntil !== null) return { outcome: 'deferred', error, retryAfterMs: putOffUntil - way.now() }
  const pauseAt = failuresBeforePause
  const subscription = await way.store.channels.noteFailure(target, error, { pauseAt, now: way.now() })
  if (!subscription) return { ...receipt, error }
  const next = nextTryOf(subscription, way.now())
  if (next !== null) return { outcome: 'deferred', error, retryAfterMs: next - way.now() }
  way.log.warn({ channel: target, guild: subscription.guild }, `a subscription is paused: ${error}`)
  await way.store.posts.cancelFor(target, 'The subscription is paused.', way.now())
  return { ...receipt, error }
}

/** When a post that a channel has kept out is tried again (ms); null while none waits for that. */
async function nextTryIn(way: TroubleWay, channel: string): Promise<number | null> {
  const subscription = await way.store.channels.get(channel)
  if (!subscription || subscription.failures === 0) return null
  const deferred = await way.store.deliveries.list({ medium: 'discord', state: 'deferred' })
  const waiting = deferred.find(
    ({ target, error, dueAt }) => target === channel && error === subscription.lastError && dueAt > way.now(),
  )
  return waiting?.dueAt ?? null
}

/** Discord says that a permission is missing, but not which: the channel's own settings do. */
async function exactly(way: TroubleWay, { target, step }: Delivery, error: string): Promise<string> {
  const use = { forum: step === 'forum' || step === 'reply', discuss: step === 'thread' }
  const looked = await way.post.discord?.verify(target, use)
  return looked && !looked.ok ? looked.error : error
}

/** Tells those who subscribed channels, in direct messages, of posts that were kept out and of pauses. */
export async function tellMakers(way: TroubleWay): Promise<void> {
  const { discord } = way.post
  if (!discord) return
  for (const { subscription, notice } of await way.store.channels.noticesDue(way.now())) {
    const { channel, madeBy, failures, madeAt, lastError } = subscription
    const paused = notice === 'paused'
    const body = way.renderer.cards.trouble({
      subscription,
      error: lastError ?? '',
      paused,
      retryAt: paused ? null : nextTryOf(subscription, way.now()),
    })
    const nonce = nonceFor(`notice ${channel} ${notice} ${madeAt} ${failures} ${lastError}`)
    const receipt = await discord.tell(madeBy, body, nonce)
    if (receipt.outcome === 'sent') await way.store.channels.noticeTold(channel, notice)
    else if (receipt.outcome === 'failed') {
      way.log.error(
        { channel, user: madeBy },
        `who subscribed a channel can't be told that posts fail there: ${receipt.error}`,
      )
      await way.store.channels.noticeTold(channel, notice)
    } else await way.store.channels.noticeLater(channel, way.now() + 5 * 60_000)
  }
}
