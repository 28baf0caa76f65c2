import { domainToASCII } from 'node:url'
import { buildMail, type MailForm, mailForm, messageIdFor, slotOf } from '../deliver/index.ts'
import type { Delivery, Receipt, StoryChoice, Subscriber } from '../model/index.ts'
import { editorNote } from './editors.ts'
import { gather } from './gather.ts'
import { noteMail } from './maintainers.ts'
import { confirmableFor, confirmToken, readerTokens, tokenLength } from './newsletter.ts'
import type { Way } from './way.ts'

type LetterWay = Pick<Way, 'store' | 'renderer' | 'post'>

/** A mail ready to go. */
export interface Letter {
  /** Domain of its recipient. */
  domain: string
  /** Sends it; `onBody` is awaited before its body goes out. */
  send(onBody: () => Promise<boolean>): Promise<Receipt>
}

/** Where a reader's two links stand in a mail that is made for many. */
const leave = slotOf('leave', tokenLength)
const choose = slotOf('choose', tokenLength)

/**
 * Writes the mail of a delivery; null when it is no longer wanted. A digest is rendered and encoded once for all who want
 * the same of it; what differs from reader to reader is filled in.
 */
export function letterWriter(way: LetterWay): (delivery: Delivery) => Promise<Letter | null> {
  const forms = new Map<string, Promise<MailForm>>()
  const reader = gather(async (ids: string[]): Promise<(Subscriber | null)[]> => {
    const found = new Map((await way.store.subscribers.byIds(ids)).map((one) => [one.id, one]))
    return ids.map((id) => found.get(id) ?? null)
  })

  async function digestLetter(delivery: Delivery, number: number, to: Subscriber): Promise<Letter | null> {
    if (to.confirmedAt === null || to.unsubscribedAt !== null) return null
    const { ideas, directions } = to
    const key = JSON.stringify([number, ideas, directions])
    const form = forms.get(key) ?? digestForm(way, number, { ideas, directions })
    forms.set(key, form)
    const made = await form
    return letterOf(way, delivery, to.email, `digest-${number}`, () =>
      made.fill({
        to: to.email,
        messageId: messageIdFor(delivery.id, way.post.mailDomain),
        values: { ...readerTokens(way.post.signer, to.id) },
      }),
    )
  }

  return async (delivery) => {
    const [kind, key = ''] = delivery.post.split(' ')
    if (kind === 'preview') return previewLetter(way, delivery, Number(key))
    if (kind === 'note') return noteLetter(way, delivery, key)
    const to = await reader(delivery.target)
    if (!to) return null
    if (delivery.digest !== null) return digestLetter(delivery, delivery.digest, to)
    if (kind === 'confirmation') return confirmationLetter(way, delivery, key, to)
    throw new Error(`Nobody knows what mail delivery ${delivery.id} is.`)
  }
}

/** A digest's mail with room for a reader's links, for all who made the same choice. */
async function digestForm(way: LetterWay, number: number, choice: StoryChoice): Promise<MailForm> {
  const { post } = way
  const stored = await way.store.digests.get(number)
  if (!stored) throw new Error(`Digest ${number} is gone from the database, but mails of it are still due.`)
  const leaveUrl = `${post.publicUrl}/unsubscribe/${leave.placeholder}`
  const mail = way.renderer.email(stored.digest, {
    unsubscribeUrl: leaveUrl,
    preferencesUrl: `${post.publicUrl}/preferences/${choose.placeholder}`,
    postalAddress: post.postalAddress,
    choice,
  })
  const leaveByMail = `mailto:${leaveAddress(way)}?subject=unsubscribe%20${leave.placeholder}`
  return mailForm(
    {
      ...mail,
      from: post.mailFrom,
      // When it was ready to go (RFC 5322): an issue that waited for a word is not as old as it was made.
      date: new Date(stored.releasedAt ?? stored.createdAt),
      listId: `Freehold digest <digest.${post.mailDomain}>`,
      listUnsubscribe: `<${leaveUrl}>, <${leaveByMail}>`,
      listArchive: `<${post.publicUrl}/digests>`,
      extraHeaders: {
        'List-Help': `<${post.publicUrl}/subscribe>`,
        'Feedback-ID': `digest-${number}:weekly:freehold:${post.mailDomain}`,
        // One click is promised only where the link is one that mail programs may follow (RFC 8058).
        ...(leaveUrl.startsWith('https:') ? { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' } : {}),
      },
    },
    [leave, choose],
  )
}

/** Where people write to leave. */
function leaveAddress({ post }: LetterWay): string {
  return post.bounceDomain === null ? post.mailAddress : `leave@${post.bounceDomain}`
}

/**
 * The mail that asks whether an address wants the digest, or tells a reader that it gets it already; null when that was
 * settled otherwise meanwhile.
 */
async function confirmationLetter(
  way: LetterWay,
  delivery: Delivery,
  optIn: string,
  to: Subscriber,
): Promise<Letter | null> {
  const { post } = way
  const found = await way.store.signUps.find(optIn, 0)
  if (!found) return null
  const wish = {
    confirmUrl: `${post.publicUrl}/confirm/${confirmToken(post.signer, optIn)}`,
    hours: Math.round(confirmableFor / 3_600_000),
    ...found.choice,
  }
  const reads = to.confirmedAt !== null && to.unsubscribedAt === null
  const tokens = readerTokens(post.signer, to.id)
  const mail = reads
    ? way.renderer.readerMail({
        reads: to,
        preferencesUrl: `${post.publicUrl}/preferences/${tokens.choose}`,
        unsubscribeUrl: `${post.publicUrl}/unsubscribe/${tokens.leave}`,
        wish: !found.confirmed && isOther(found.choice, to) ? wish : null,
      })
    : way.renderer.confirmationMail(wish)
  const message = await buildMail({
    ...mail,
    from: post.serviceFrom,
    to: to.email,
    messageId: messageIdFor(delivery.id, post.mailDomain),
    date: new Date(delivery.dueAt),
  })
  return letterOf(way, delivery, to.email, 'confirmation', () => message)
}

/** True of a choice that brings something else than another; with nothing ticked the form asks for no change. */
function isOther(wish: StoryChoice, now: StoryChoice): boolean {
  const said = ({ ideas, directions }: StoryChoice) =>
    JSON.stringify([ideas.toSorted(), directions.toSorted()])
  return ![said({ ideas: [], directions: [] }), said(now)].includes(said(wish))
}

/** An issue for an editor to look at; null once it has been released. */
async function previewLetter(way: LetterWay, delivery: Delivery, number: number): Promise<Letter | null> {
  const { post } = way
  const stored = await way.store.digests.get(number)
  if (!stored || stored.releasedAt !== null) return null
  const to = delivery.target
  const mail = way.renderer.email(stored.digest, {
    unsubscribeUrl: null,
    postalAddress: post.postalAddress,
    editor: editorNote(way, stored, to),
  })
  const message = await buildMail({
    ...mail,
    from: post.serviceFrom,
    to,
    messageId: messageIdFor(delivery.id, post.mailDomain),
    date: new Date(delivery.dueAt),
  })
  return letterOf(way, delivery, to, `preview-${number}`, () => message)
}

/** The weekly note to one who keeps the feed lists; null once there is a later one. */
async function noteLetter(way: LetterWay, delivery: Delivery, week: string): Promise<Letter | null> {
  const message = await noteMail(way, delivery, week)
  return message && letterOf(way, delivery, delivery.target, `note-${week}`, () => message)
}

/** A letter that is made, signed and sent when its turn comes. */
function letterOf(
  { post }: LetterWay,
  delivery: Delivery,
  email: string,
  stem: string,
  make: () => Buffer,
): Letter {
  const domain = domainOf(email)
  const to = email.slice(0, email.lastIndexOf('@') + 1) + domain
  return { domain, send: async (onBody) => dispatch(post, delivery, { to, stem, message: make() }, onBody) }
}

/** The domain of an address as it stands in an envelope: of other scripts in ASCII, since few servers take it otherwise. */
export function domainOf(email: string): string {
  const domain = email.slice(email.lastIndexOf('@') + 1)
  return domainToASCII(domain) || domain
}

async function dispatch(
  post: LetterWay['post'],
  delivery: Delivery,
  { to, message, stem }: { to: string; message: Buffer; stem: string },
  onBody: () => Promise<boolean>,
): Promise<Receipt> {
  const signed = post.sign ? await post.sign(message) : message
  if (!post.smtp) {
    if (!(await onBody()))
      return { outcome: 'deferred', error: 'Another process has taken this delivery over.' }
    return post.outbox.writeMail(`${stem}-${delivery.id}`, signed)
  }
  const envelopeFrom =
    post.bounceDomain === null
      ? post.mailAddress
      : `${post.signer.bounceAddress(delivery.id)}@${post.bounceDomain}`
  return post.smtp.send({ envelopeFrom, to, message: signed }, onBody)
}
