import { createHash, randomUUID } from 'node:crypto'
import {
  type Bounce,
  type Complaint,
  type Leave,
  messageIdFor,
  readMaildir,
  readReturn,
} from '../deliver/index.ts'
import { bounceMemory, type LeftReason, type Subscriber, softBouncesBeforeStop } from '../model/index.ts'
import { openNewsletter } from './newsletter.ts'
import type { Way } from './way.ts'

type ReturnWay = Pick<Way, 'store' | 'post' | 'now' | 'log' | 'leaseMs'>

type Found = Awaited<ReturnType<typeof readReturn>>

/** What was done about a message that came back. */
export interface Taken {
  kind: 'bounce' | 'complaint' | 'leave' | 'auto-reply' | 'other' | 'unreadable'
  /** `stopped`: that reader is written to no more. `refused`: it does not prove to be about a mail of ours. */
  did: 'stopped' | 'counted' | 'nothing' | 'refused' | 'known before'
  note: string
}

/** Types of report by which a reader says that mail is not wanted; others tell of forgery, viruses, or all clear. */
const complaints = new Set(['abuse', 'opt-out', 'opt-out-list'])

/**
 * Deals with one message that came back: a bounce, a complaint, a wish to leave. It counts only if it proves to be about a
 * mail of ours (its own bounce address, a signed link, a Message-ID that only its reader has seen), and once.
 */
export async function takeReturn(way: ReturnWay, raw: Uint8Array): Promise<Taken> {
  const found = await readReturn(raw)
  const another = { kind: found.kind, did: 'nothing', note: 'Another process is dealing with it.' } as const
  return (await takeAlone(way, raw, found)) ?? another
}

/**
 * Deals with the new messages of a Maildir, one after the other, and marks each as seen. Processes that read the same one
 * leave to each other what the other has begun.
 */
export async function* takeMaildir(way: ReturnWay, dir: string): AsyncGenerator<Taken> {
  const mailbox = readMaildir(dir)
  for await (const { id, raw } of mailbox) {
    const taken = await takeAlone(way, raw, await readReturn(raw))
    if (taken === null) continue
    await mailbox.done(id)
    yield taken
  }
}

/** Null while somebody else is dealing with the same message. */
async function takeAlone(way: ReturnWay, raw: Uint8Array, found: Found): Promise<Taken | null> {
  if (found.kind === 'unreadable') return { kind: found.kind, did: 'nothing', note: found.reason }
  const { leases, mailReturns } = way.store
  const id = createHash('sha256').update(raw).digest('hex')
  const [name, owner, now] = [`return ${id}`, randomUUID(), way.now()]
  if (!(await leases.take(name, { owner, now, until: now + way.leaseMs }))) return null
  try {
    if (await mailReturns.isKnown(id)) {
      return { kind: found.kind, did: 'known before', note: 'It has been dealt with before.' }
    }
    const taken = await act(way, found)
    // Afterwards: a process that dies in between counts a passing bounce twice, and loses none.
    await mailReturns.note(id, found.kind, way.now())
    way.log.info({ kind: taken.kind, did: taken.did }, `a message came back: ${taken.note}`)
    return taken
  } finally {
    await leases.release(name, owner)
  }
}

async function act(way: ReturnWay, found: Found): Promise<Taken> {
  switch (found.kind) {
    case 'bounce':
      return bounced(way, found)
    case 'complaint':
      return complained(way, found)
    case 'leave':
      return wantsToLeave(way, found)
    case 'unreadable':
      return { kind: found.kind, did: 'nothing', note: found.reason }
    default:
      return { kind: found.kind, did: 'nothing', note: 'It asks for nothing.' }
  }
}

async function bounced(way: ReturnWay, found: Bounce): Promise<Taken> {
  const kind = 'bounce'
  const failed = found.recipients.filter(({ action }) => action === 'failed')
  if (failed.length === 0) return { kind, did: 'nothing', note: 'It reports no failure.' }
  const addresses = failed.flatMap(({ address }) => address ?? [])
  const reader = await readerOf(way, { ...found, addresses })
  if (!reader) return { kind, did: 'refused', note: 'It is about no mail that was sent from here.' }
  if (reader.unsubscribedAt !== null)
    return { kind, did: 'nothing', note: 'Its address is written to no more already.' }
  const permanent = failed.some((one) => one.permanent)
  const now = way.now()
  const stopped = await way.store.subscribers.bounced(reader.id, {
    permanent,
    stopAt: softBouncesBeforeStop,
    since: now - bounceMemory,
    now,
  })
  const why = failed.map(({ status, diagnostic }) => `${status} ${diagnostic}`.trim()).join('; ')
  return stopped
    ? { kind, did: 'stopped', note: `Its address is written to no more: ${why}` }
    : { kind, did: 'counted', note: `It may pass, and is counted: ${why}` }
}

async function complained(way: ReturnWay, found: Complaint): Promise<Taken> {
  const kind = 'complaint'
  if (!complaints.has(found.feedbackType)) {
    return {
      kind,
      did: 'nothing',
      note: `The report is of type ${found.feedbackType}, which is no complaint.`,
    }
  }
  const reader =
    (await readerOfLinks(way, found.headers.listUnsubscribe)) ??
    (await readerOf(way, { ...found, addresses: found.recipients }))
  if (!reader) return { kind, did: 'refused', note: 'It is about no mail that was sent from here.' }
  return stop(way, reader, 'complained', kind, 'Its reader called a mail spam, and is written to no more.')
}

async function wantsToLeave(way: ReturnWay, found: Leave): Promise<Taken> {
  const kind = 'leave'
  if (found.token !== null) {
    const left = await openNewsletter({ way, signer: way.post.signer }).leave(found.token, 'mail')
    if (left) return { kind, did: 'stopped', note: 'Its reader has left by mail.' }
  }
  // Without a token, or with one that a mail program has mangled, the sender's address has to do; whoever forges it only
  // ends a subscription.
  const reader = await way.store.subscribers.find(found.from)
  if (!reader) {
    return found.token === null
      ? { kind, did: 'nothing', note: 'Its sender is no reader.' }
      : { kind, did: 'refused', note: 'Its token was not made here, and its sender is no reader.' }
  }
  return stop(way, reader, 'mail', kind, 'Its reader has left by mail.')
}

async function stop(
  way: ReturnWay,
  reader: Subscriber,
  reason: LeftReason,
  kind: Taken['kind'],
  note: string,
): Promise<Taken> {
  await way.store.subscribers.unsubscribe(reader.id, reason, way.now())
  return { kind, did: 'stopped', note }
}

/** Whose mail it was: by the address the bounce went to, else by Message-ID and address together. */
async function readerOf(
  { store, post }: ReturnWay,
  { to, messageId, addresses }: { to: string[]; messageId: string | null; addresses: string[] },
): Promise<Subscriber | null> {
  for (const address of to) {
    const id = post.signer.readBounceAddress(address.slice(0, address.lastIndexOf('@')))
    const delivery = id === null ? null : await store.deliveries.get(id)
    if (delivery) return store.subscribers.get(delivery.target)
  }
  if (messageId === null) return null
  for (const address of addresses) {
    const reader = await store.subscribers.find(address)
    const sent = reader ? await store.deliveries.list({ medium: 'email', target: reader.id }) : []
    if (sent.some(({ id }) => messageIdFor(id, post.mailDomain) === messageId)) return reader
  }
  return null
}

/** Whose mail it was: by the signed link for leaving that stood in it. */
async function readerOfLinks({ store, post }: ReturnWay, links: string[]): Promise<Subscriber | null> {
  for (const link of links) {
    const token =
      /\/unsubscribe\/([\w.-]+)$/.exec(link)?.[1] ?? /unsubscribe(?:%20|\+)([\w.-]+)/.exec(link)?.[1]
    const id = token === undefined ? null : post.signer.read('leave', token)
    const reader = id === null ? null : await store.subscribers.get(id)
    if (reader) return reader
  }
  return null
}
