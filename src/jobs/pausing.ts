import type { DeliveryState } from '../model/index.ts'
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
  await way.store.digests.resume(number, way.now())
  way.log.info({ digest: number }, 'the sending of an issue goes on')
  return { waiting: await countIn(way, number, ['pending', 'deferred']) }
}

/**
 * Ends the sending of an issue: what has not gone out never will. Whoever repeats it after a crash gets the same. Gives how
 * many messages were cancelled and how many are just going out.
 */
export async function cancelSending(
  way: PausingWay,
  number: number,
): Promise<{ cancelled: number; goingOut: number } | Fault> {
  const { digests, deliveries } = way.store
  // Paused first, so that nothing is claimed in between; a message that is put off later stays where it is.
  if (!(await digests.pause(number, 'It was cancelled.'))) return notReleased(number)
  await deliveries.prepare(number, [], way.now())
  const cancelled = await deliveries.cancelDigest(number, 'The sending was cancelled.', way.now())
  way.log.info({ digest: number, cancelled }, 'the sending of an issue is cancelled')
  return { cancelled, goingOut: await countIn(way, number, ['sending']) }
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
