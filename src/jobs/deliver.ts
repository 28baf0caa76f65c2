import { buildMail, messageIdFor, nonceFor, type PostedMessage } from '../deliver/index.ts'
import type { Delivery, Medium, Receipt } from '../model/index.ts'
import { hour } from '../model/index.ts'
import type { Destination } from '../store/index.ts'
import type { Progress, Way } from './way.ts'

/** Deliveries claimed at a time, per message that can be under way. */
const claimedAhead = 10

type DeliverWay = Pick<Way, 'store' | 'renderer' | 'post' | 'now' | 'log' | 'owner' | 'leaseMs'>

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
export async function hasPost(way: Pick<Way, 'store' | 'now'>): Promise<boolean> {
  if ((await way.store.digests.awaitingAudience()).length > 0) return true
  return way.store.deliveries.anyDue(way.now())
}

/**
 * Sends what is due. Each released digest's audience is written down once; every message is claimed before and settled
 * after its try; what a dead process left is taken up again, or is `unknown` if its body had begun to go out.
 */
export async function deliver(way: DeliverWay, options: DeliverOptions = {}): Promise<DeliverReport> {
  const report: DeliverReport = { sent: 0, deferred: 0, failed: 0, unknown: 0, suppressed: 0 }
  const orphans = await way.store.deliveries.recover(way.now())
  if (orphans.pending || orphans.unknown)
    way.log.warn(orphans, 'took over deliveries of a process that ended')
  for (const number of await way.store.digests.awaitingAudience()) await writeAudience(way, number)
  await lookForLostPosts(way)

  const letters = letterWriter(way)
  const total = { due: await way.store.deliveries.countDue(way.now()) }
  let done = 0
  const settle = async (delivery: Delivery, receipt: Receipt) => {
    const ours = await way.store.deliveries.settle(claimOf(way, delivery), receipt, way.now())
    if (!ours) {
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
    await Promise.all([
      sendAll(way, 'email', way.post.smtp ? way.post.mailsAtOnce : 1, options.signal, async (delivery) => {
        const letter = await attempt(delivery, () => letters(delivery))
        if (letter === null) {
          await way.store.deliveries.suppress(claimOf(way, delivery), 'The subscriber has left.', way.now())
          report.suppressed += 1
        } else if (typeof letter !== 'function') await settle(delivery, letter)
        else await settle(delivery, await attempt(delivery, () => letter(() => begin(way, delivery))))
      }),
      sendAll(way, 'discord', 1, options.signal, async (delivery) => {
        await settle(
          delivery,
          await attempt(delivery, () => postPart(way, delivery, () => begin(way, delivery))),
        )
      }),
    ])
  } finally {
    clearInterval(heartbeat)
    await way.store.deliveries.giveBack(way.owner)
  }
  return report
}

/** Writes down who gets a digest: subscribers confirmed by now, and the channels with every part of the post. */
async function writeAudience(way: DeliverWay, number: number): Promise<void> {
  const stored = await way.store.digests.get(number)
  if (!stored) return
  const parts = way.renderer.discord(stored.digest).length
  const places: Destination[] = []
  for (const { id } of await way.store.subscribers.audience())
    places.push({ medium: 'email', target: id, part: 0 })
  for (const target of way.post.channels) {
    for (let part = 0; part < parts; part++) places.push({ medium: 'discord', target, part })
  }
  const written = await way.store.deliveries.prepare(number, places, way.now())
  if (written)
    way.log.info({ digest: number, deliveries: written }, 'the audience of a digest is written down')
}

async function sendAll(
  way: DeliverWay,
  medium: Medium,
  atOnce: number,
  signal: AbortSignal | undefined,
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
    while (!signal?.aborted) {
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
  const results = await Promise.allSettled(Array.from({ length: atOnce }, worker))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

function claimOf(way: DeliverWay, delivery: Delivery) {
  return { id: delivery.id, owner: way.owner, attempts: delivery.attempts }
}

function begin(way: DeliverWay, delivery: Delivery): Promise<boolean> {
  return way.store.deliveries.bodyStarts(claimOf(way, delivery), way.now())
}

type Letter = (onBody: () => Promise<boolean>) => Promise<Receipt>

/** Writes the mail of a delivery; null when its reader has left. A digest is rendered once, not once per reader. */
function letterWriter(way: DeliverWay): (delivery: Delivery) => Promise<Letter | null> {
  const { post } = way
  const from = post.mailAddress
  const unsubscribeUrl = `mailto:${from}?subject=unsubscribe`
  const rendered = new Map<number, Promise<{ subject: string; html: string; text: string; date: Date }>>()
  const render = async (number: number) => {
    const stored = await way.store.digests.get(number)
    if (!stored) throw new Error(`Digest ${number} is gone from the database, but mails of it are still due.`)
    const mail = way.renderer.email(stored.digest, { unsubscribeUrl, postalAddress: post.postalAddress })
    return { ...mail, date: new Date(stored.createdAt) }
  }
  return async (delivery) => {
    const reader = await way.store.subscribers.get(delivery.target)
    if (!reader || reader.confirmedAt === null || reader.unsubscribedAt !== null) return null
    const mail = rendered.get(delivery.digest) ?? render(delivery.digest)
    rendered.set(delivery.digest, mail)
    const { subject, html, text, date } = await mail
    const message = await buildMail({
      from: post.mailFrom,
      to: reader.email,
      subject,
      html,
      text,
      messageId: messageIdFor(delivery.id, post.mailDomain),
      date,
      listId: `Freehold digest <digest.${post.mailDomain}>`,
      listUnsubscribe: `<${unsubscribeUrl}>`,
      listArchive: `<${post.publicUrl}/digests>`,
    })
    return async (onBody) => {
      if (post.smtp) return post.smtp.send({ envelopeFrom: from, to: reader.email, message }, onBody)
      if (!(await onBody()))
        return { outcome: 'deferred', error: 'Another process has taken this delivery over.' }
      return post.outbox.writeMail(`digest-${delivery.digest}-${delivery.id}`, message)
    }
  }
}

async function postPart(
  way: DeliverWay,
  delivery: Delivery,
  onBody: () => Promise<boolean>,
): Promise<Receipt> {
  const body = await bodyOf(way, delivery)
  if (!body)
    return { outcome: 'failed', error: 'The digest has no such part any more; its templates changed.' }
  if (way.post.discord) {
    return way.post.discord.post({ channel: delivery.target, body, nonce: nonceFor(delivery.id) }, onBody)
  }
  if (!(await onBody()))
    return { outcome: 'deferred', error: 'Another process has taken this delivery over.' }
  return way.post.outbox.writeDiscord(`digest-${delivery.digest}-part-${delivery.part + 1}`, body)
}

async function bodyOf(way: DeliverWay, delivery: Delivery) {
  const stored = await way.store.digests.get(delivery.digest)
  return stored ? way.renderer.discord(stored.digest)[delivery.part] : undefined
}

/**
 * A post whose outcome is unknown can be looked for, unlike a mail: it stands in the channel or it doesn't. Found, it is
 * sent; surely absent, it goes out again under the same nonce; where we can't look it stays unknown.
 */
async function lookForLostPosts(way: DeliverWay): Promise<void> {
  if (!way.post.discord) return
  for (const delivery of await way.store.deliveries.list({ medium: 'discord', state: 'unknown' })) {
    const body = await bodyOf(way, delivery)
    if (!body) continue
    const since = (delivery.bodyStartedAt ?? delivery.settledAt ?? way.now()) - hour
    const looked = await way.post.discord.find({
      channel: delivery.target,
      nonce: nonceFor(delivery.id),
      since,
      fingerprint: (message) => sameMessage(message, body),
    })
    if ('error' in looked)
      way.log.warn({ delivery: delivery.id }, `could not look for a lost post: ${looked.error}`)
    else if (looked.found)
      await way.store.deliveries.resolveUnknown(delivery.id, 'sent', looked.found, way.now())
    else await way.store.deliveries.resolveUnknown(delivery.id, 'pending', '', way.now())
  }
}

interface Body {
  content?: string
  embeds?: { title?: string; description?: string }[]
}

function sameMessage(message: PostedMessage, body: Body): boolean {
  const titles = (embeds: Body['embeds']) => (embeds ?? []).map((embed) => embed.title ?? '').join('\n')
  return (
    message.content.trim() === (body.content ?? '').trim() && titles(message.embeds) === titles(body.embeds)
  )
}
