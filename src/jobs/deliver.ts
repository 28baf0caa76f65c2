import type { Delivery, Medium, Receipt } from '../model/index.ts'
import { day, hour } from '../model/index.ts'
import type { Claim } from '../store/index.ts'
import { alertStale } from './alerts.ts'
import { dropForThoseLeft, writeAudience } from './audience.ts'
import { writePreviews } from './editors.ts'
import { gather } from './gather.ts'
import { domainOf, letterWriter } from './letters.ts'
import { type MailPace, mailPace, paceMemory } from './mail-pace.ts'
import { postWriter } from './posts.ts'
import { noteOutcome, tellMakers } from './trouble.ts'
import type { Progress, Way } from './way.ts'

/** Deliveries claimed at a time, per message that can be under way. */
const claimedAhead = 50

/** Older than this (ms), an issue whose sending has not begun is paused. */
const staleAfter = 3 * day
/** Mails wait so long (ms) for their turn, at most. */
const longestWait = 1500
/** Between two tries to write down what came of a message: so long (ms), at most. */
const longestBreak = 500
/** Posts under way at once; Discord lets some fifty requests a second through. */
const postsAtOnce = 4
/** A post that could not be looked for is looked for again after so long, and no more when it is this old (ms). */
const lookEvery = hour
const lookFor = 3 * day

type DeliverWay = Pick<Way, 'store' | 'renderer' | 'post' | 'now' | 'log' | 'owner' | 'leaseMs' | 'ideas'>

export interface DeliverReport {
  sent: number
  deferred: number
  failed: number
  unknown: number
  suppressed: number
}

export interface DeliverOptions {
  progress?: Progress
  /** Stops claiming; what is under way is finished. */
  signal?: AbortSignal
}

/** True when there is anything to do: an audience to write down, a message due, a claim whose process is gone. */
export async function hasPost(way: Pick<Way, 'store' | 'now' | 'post'>): Promise<boolean> {
  if (await way.store.digests.anyReleaseDue(way.now())) return true
  if (way.post.editors.length > 0 && (await way.store.digests.awaitingPreview()).length > 0) return true
  if ((await way.store.digests.awaitingAudience()).length > 0) return true
  if (await way.store.deliveries.anyDue(way.now())) return true
  if (!way.post.discord) return false
  if ((await way.store.channels.noticesDue(way.now())).length > 0) return true
  return way.store.posts.anyToLookFor(lookRange(way.now()))
}

function lookRange(now: number): { lost: number; before: number } {
  return { lost: now - lookFor, before: now - lookEvery }
}

/**
 * Sends what is due. Each released digest's audience is written down once; every message is claimed before and settled
 * after its try; what a dead process left is taken up again, or is `unknown` if it is a mail whose body had begun to go
 * out. Of a backlog each channel gets the newest issue only. Who subscribed a channel is told when posts fail there.
 *
 * One process at a time sends, under the lock of its run: what limits sending (mails a second, an hour, to a domain;
 * Discord's for a bot) is counted per sender of the installation, and one process fills that. That a message is claimed
 * is for the moments in which there are two all the same, one of them taken for dead.
 */
export async function deliver(way: DeliverWay, options: DeliverOptions = {}): Promise<DeliverReport> {
  const report: DeliverReport = { sent: 0, deferred: 0, failed: 0, unknown: 0, suppressed: 0 }
  const orphans = await way.store.deliveries.recover(way.now())
  if (orphans.pending || orphans.unknown)
    way.log.warn(orphans, 'took over deliveries of a process that ended')
  for (const number of await way.store.digests.releaseDue(way.now()))
    way.log.info({ digest: number }, 'the time for a word is up: the issue is released')
  await writePreviews(way)
  await pauseStale(way)
  for (const number of await way.store.digests.awaitingAudience()) await writeAudience(way, number)
  if (way.post.discord) {
    await way.store.posts.lookAgain(lookRange(way.now()), way.now())
    await dropForThoseLeft(way)
  }
  const dropped = await way.store.posts.dropBacklog(way.now() - alertStale, way.now())
  if (dropped) way.log.warn({ dropped }, 'older posts were dropped, so that no channel is flooded')

  const letters = letterWriter(way)
  const posts = postWriter(way)
  const inTurn = turns()
  const books = bookkeeper(way)
  const pace = await paceFor(way)
  const total = { due: await way.store.deliveries.countDue(way.now()) }
  let done = 0
  const broken = new AbortController()
  const until = {
    broken,
    stop: AbortSignal.any([broken.signal, ...(options.signal ? [options.signal] : [])]),
  }
  const begin = (delivery: Delivery) => books.begin(claimOf(way, delivery))
  const settle = async (delivery: Delivery, receipt: Receipt) => {
    if (!(await books.settle({ claim: claimOf(way, delivery), receipt }))) {
      way.log.warn({ delivery: delivery.id }, 'a delivery was settled by another process meanwhile')
      return
    }
    report[receipt.outcome] += 1
    if (receipt.outcome !== 'sent') {
      way.log.warn(
        { delivery: delivery.id, medium: delivery.medium, outcome: receipt.outcome },
        receipt.error,
      )
    }
    done += 1
    options.progress?.(done, Math.max(total.due, done), delivery.medium)
  }
  /** A fault of ours (a broken template, a full disk) puts the delivery off; it must not stop the others. */
  const attempt = async <T>(delivery: Delivery, work: () => Promise<T>): Promise<T | Receipt> => {
    try {
      return await work()
    } catch (error) {
      way.log.error({ delivery: delivery.id, err: error }, 'a delivery could not be made')
      return { outcome: 'deferred', error: error instanceof Error ? error.message : String(error) }
    }
  }
  const heartbeat = setInterval(() => {
    way.store.deliveries.renew(way.owner, way.now() + way.leaseMs).catch((error: unknown) => {
      way.log.warn({ err: error }, 'the lease of deliveries could not be renewed; trying again')
    })
  }, way.leaseMs / 3)
  try {
    options.progress?.(0, total.due, '')
    await together(broken, [
      sendAll(way, 'email', way.post.smtp ? way.post.mailsAtOnce : 1, until, async (delivery) => {
        const letter = await attempt(delivery, () => letters(delivery))
        if (letter === null) {
          await way.store.deliveries.suppress(claimOf(way, delivery), 'The subscriber has left.', way.now())
          report.suppressed += 1
        } else if (!('send' in letter)) await settle(delivery, letter)
        else if (delivery.digest === null || (await mayGo(way, pace, delivery, letter.domain))) {
          await settle(delivery, await attempt(delivery, () => letter.send(() => begin(delivery))))
        }
      }),
      sendAll(way, 'discord', way.post.discord ? postsAtOnce : 1, until, async (delivery) => {
        const receipt = await attempt(delivery, () => posts(delivery, () => begin(delivery)))
        await inTurn(delivery.target, async () => {
          const note = () => noteOutcome(way, delivery, receipt)
          // To note a success twice does no harm; a failure would count twice.
          const noted = receipt.outcome === 'sent' ? await persistently(way, note) : await note()
          await settle(delivery, noted)
        })
      }),
    ])
    await tellMakers(way)
  } finally {
    clearInterval(heartbeat)
    await way.store.deliveries.giveBack(way.owner)
  }
  return report
}

/** An issue that nobody has got for so long is not sent without a person's word. */
async function pauseStale(way: DeliverWay): Promise<void> {
  const days = staleAfter / day
  const reason = `It was released more than ${days} days ago and nothing of it has gone out.`
  for (const number of await way.store.digests.pauseStale(way.now() - staleAfter, reason)) {
    way.log.error(
      { digest: number },
      `issue ${number} is paused: ${reason} freehold digest resume ${number} sends it all the same, freehold digest cancel ${number} does not.`,
    )
  }
}

async function sendAll(
  way: DeliverWay,
  medium: Medium,
  atOnce: number,
  { broken, stop }: { broken: AbortController; stop: AbortSignal },
  send: (delivery: Delivery) => Promise<void>,
): Promise<void> {
  let queue: Delivery[] = []
  let claiming: Promise<void> | null = null
  const claim = async () => {
    const limit = atOnce * claimedAhead
    queue = await way.store.deliveries.claim({
      medium,
      owner: way.owner,
      now: way.now(),
      leaseMs: way.leaseMs,
      limit,
    })
  }
  const worker = async () => {
    while (!stop.aborted) {
      if (queue.length === 0) {
        claiming ??= claim().finally(() => {
          claiming = null
        })
        await claiming
      }
      const delivery = queue.shift()
      if (!delivery) return
      await send(delivery)
    }
  }
  await together(broken, Array.from({ length: atOnce }, worker))
}

/** Waits for all of some strands of work, and says in `broken` when one has failed; throws what it threw once all have ended. */
async function together(broken: AbortController, strands: Promise<void>[]): Promise<void> {
  for (const strand of strands) strand.catch((error: unknown) => broken.abort(error))
  const results = await Promise.allSettled(strands)
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** Lets work on one thing wait until what was begun on it before is done. */
function turns(): <T>(thing: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>()
  return (thing, work) => {
    const done = (last.get(thing) ?? Promise.resolve()).then(work, work)
    last.set(thing, done)
    return done
  }
}

function claimOf(way: DeliverWay, delivery: Delivery) {
  return { id: delivery.id, owner: way.owner, attempts: delivery.attempts }
}

/** Writes down beginnings and ends of tries, those of one moment together. */
function bookkeeper(way: DeliverWay) {
  const { store, now } = way
  return {
    begin: gather(async (claims: Claim[]) => {
      const may = await store.deliveries.bodiesStart(claims, now())
      return claims.map(({ id }) => may.has(id))
    }),
    settle: gather(async (tries: { claim: Claim; receipt: Receipt }[]) => {
      const at = now()
      const ours = await persistently(way, () => store.deliveries.settleAll(tries, at))
      return tries.map(({ claim }) => ours.has(claim.id))
    }),
  }
}

/**
 * What came of a try is known here only: while the database can't be reached it is written down again and again for as long
 * as the claims hold (measured by the machine's steady clock), or each mail under way would be `unknown`.
 */
async function persistently<T>({ leaseMs, log }: DeliverWay, work: () => Promise<T>): Promise<T> {
  const end = performance.now() + leaseMs
  const pause = Math.min(longestBreak, leaseMs / 10)
  for (let n = 0; ; n++) {
    try {
      return await work()
    } catch (error) {
      if (performance.now() + pause > end) throw error
      if (n === 0)
        log.warn({ err: error }, 'what came of a delivery could not be written down yet; trying again')
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }
}

/** The limits are the mail server's, and know nothing of runs and processes: what went out before counts on. */
async function paceFor({ store, post, now }: DeliverWay): Promise<MailPace> {
  const memory = paceMemory(post.mailLimits)
  const past = memory === 0 ? [] : await store.deliveries.mailsBegunSince(now() - memory)
  return mailPace(
    post.mailLimits,
    now,
    past.map(({ email, at }) => ({ domain: domainOf(email), at })),
  )
}

/** Waits for a mail's turn; one that would have to wait for long is put off, and others go before it. */
async function mayGo(way: DeliverWay, pace: MailPace, delivery: Delivery, domain: string): Promise<boolean> {
  for (;;) {
    const wait = pace.wait(domain)
    if (wait === 0) return true
    if (wait > longestWait) {
      await way.store.deliveries.putOff(claimOf(way, delivery), way.now() + wait)
      return false
    }
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
}
