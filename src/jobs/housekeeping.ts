import { day, guildDataKept } from '../model/index.ts'
import type { Way } from './way.ts'

/** How long the record of a job's runs is kept. */
const runsKept = 90 * day
/** How long people can react to an answer. */
const answersKept = 90 * day

/** How long addresses that were never confirmed are kept, and the hashes by which their askers are counted. */
const unconfirmedKept = 30 * day
/** How long it is known that a message that came back was dealt with. */
const returnsKept = 365 * day

/** Deletes what nobody needs any more: the record of old runs, old answers, what belongs to servers the bot has left. */
export async function housekeeping(
  way: Pick<Way, 'store' | 'now'>,
): Promise<{ runs: number; answers: number; unconfirmed: number; guilds: number }> {
  const now = way.now()
  await way.store.mailReturns.prune(now - returnsKept)
  return {
    runs: await way.store.jobRuns.prune(now - runsKept),
    answers: await way.store.answers.prune(now - answersKept),
    unconfirmed: await way.store.signUps.prune(now - unconfirmedKept),
    guilds: await way.store.channels.forgetGuilds(now - guildDataKept),
  }
}
