import { day, guildDataKept } from '../model/index.ts'
import { suppressionHash } from './newsletter.ts'
import { keepToTerms } from './terms.ts'
import type { Way } from './way.ts'

/** How long the record of a job's runs is kept. */
const runsKept = 90 * day
/** How long people can react to an answer. */
const answersKept = 90 * day

/** How long addresses that were never confirmed are kept, and the hashes by which their askers are counted. */
const unconfirmedKept = 30 * day
/** How long the address of somebody who left is kept, who may change their mind. */
const leftKept = 30 * day
/** How long it is known that a message that came back was dealt with. */
const returnsKept = 365 * day

/**
 * Deletes what nobody needs any more: the record of old runs, old answers, what belongs to servers the bot has left, texts
 * that their feeds' terms no longer let us keep.
 */
export async function housekeeping(way: Pick<Way, 'store' | 'feeds' | 'now' | 'post'>): Promise<{
  runs: number
  answers: number
  unconfirmed: number
  left: number
  guilds: number
  cut: number
}> {
  const now = way.now()
  await way.store.mailReturns.prune(now - returnsKept)
  await way.store.leases.prune(now - day)
  return {
    runs: await way.store.jobRuns.prune(now - runsKept),
    answers: await way.store.answers.prune(now - answersKept),
    unconfirmed: await way.store.signUps.prune(now - unconfirmedKept),
    left: await forgetThoseWhoLeft(way, now),
    guilds: await way.store.channels.forgetGuilds(now - guildDataKept),
    cut: await keepToTerms(way),
  }
}

/** Of those who left only a keyed hash stays, so that no import brings them back without their consent. */
async function forgetThoseWhoLeft(
  { store, post }: Pick<Way, 'store' | 'post'>,
  now: number,
): Promise<number> {
  const hash = suppressionHash(post.signer)
  const left = await store.subscribers.leftBefore(now - leftKept)
  for (const { email } of left) await store.subscribers.forget(email, hash(email), now)
  return left.length
}
