import { cancelled, type DeliveryState, isCancelled } from '../model/index.ts'
import type { Way } from './way.ts'

type PausingWay = Pick<Way, 'store' | 'now' | 'log'>

/** Why nothing was done, in a sentence. */
interface Fault {
  fault: string
}

/** Stops the sending of an issue at the next message; gives how many wait. */
export async function pauseSending(
  way: PausingWay,
  number: number,
  reason: string,
): Promise<{ waiting: number } | Fault> {
  const issue = await way.store.digests.get(number)
  if (issue && isCancelled(issue)) return { fault: wasCancelled(number) }
  if (reason.trim() === cancelled) {
    return { fault: `freehold digest cancel ${number} cancels an issue; to pause it, give another reason.` }
  }
  if (!(await way.store.digests.pause(number, reason))) return notReleased(number)
  way.log.info({ digest: number }, 'the sending of an issue is paused')
  return { waiting: await countIn(way, number, ['pending', 'deferred']) }
}

/** Lets the sending of a paused issue go on; gives how many wait. */
export async function resumeSending(way: PausingWay, number: number): Promise<{ waiting: number } | Fault> {
  const issue = await way.store.digests.get(number)
  if (issue === null || issue.paused === null) {
    return { fault: `Issue ${number} is not paused; freehold digest list shows how far it is.` }
  }
  if (isCancelled(issue)) return { fault: wasCancelled(number) }
  await way.store.digests.resume(number, way.now())
  way.log.info({ digest: number }, 'the sending of an issue goes on')
  return { waiting: await countIn(way, number, ['pending', 'deferred']) }
}

/**
 * Ends the sending of an issue: what has not gone out never will. Whoever repeats it after a crash gets the same. A fault
 * where nothing is left to stop. Gives how many messages were cancelled and how many are just going out.
 */
export async function cancelSending(
  way: PausingWay,
  number: number,
): Promise<{ cancelled: number; goingOut: number } | Fault> {
  const { digests, deliveries } = way.store
  const issue = await digests.get(number)
  const begun = issue !== null && issue.audienceAt !== null && !isCancelled(issue)
  if (begun && (await countIn(way, number, ['pending', 'deferred', 'sending'])) === 0) {
    return {
      fault: `Nothing of issue ${number} is left to stop: no message is waiting or going out. Nothing was changed; freehold digest list shows what became of them.`,
    }
  }
  // Paused first, so that nothing is claimed in between; a message that is put off later stays where it is.
  if (!(await digests.pause(number, cancelled))) return notReleased(number)
  await deliveries.prepare(number, [], way.now())
  const stopped = await deliveries.cancelDigest(number, 'The sending was cancelled.', way.now())
  way.log.info({ digest: number, cancelled: stopped }, 'the sending of an issue is cancelled')
  return { cancelled: stopped, goingOut: await countIn(way, number, ['sending']) }
}

/** Why a cancelled issue goes on by no word. */
export function wasCancelled(number: number): string {
  return `The sending of issue ${number} was cancelled, and what was cancelled stays so. The issue stands in the archive.`
}

function notReleased(number: number): Fault {
  return {
    fault: `Issue ${number} has not been released, so nothing of it is sent; freehold digest hold ${number} keeps it back.`,
  }
}

async function countIn(way: PausingWay, number: number, states: DeliveryState[]): Promise<number> {
  const counts = await way.store.deliveries.counts(number)
  return counts.filter(({ state }) => states.includes(state)).reduce((sum, { n }) => sum + n, 0)
}
