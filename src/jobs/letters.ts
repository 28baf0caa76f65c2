import { buildMail, messageIdFor } from '../deliver/index.ts'
import type { Delivery, Receipt } from '../model/index.ts'
import type { Way } from './way.ts'

/** Sends a letter; `onBody` is awaited before its body goes out. */
export type Letter = (onBody: () => Promise<boolean>) => Promise<Receipt>

/** Writes the mail of a delivery; null when its reader has left. A digest is rendered once, not once per reader. */
export function letterWriter(
  way: Pick<Way, 'store' | 'renderer' | 'post'>,
): (delivery: Delivery) => Promise<Letter | null> {
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
    const { digest: number } = delivery
    if (number === null) throw new Error(`Delivery ${delivery.id} is a mail, but belongs to no digest.`)
    const mail = rendered.get(number) ?? render(number)
    rendered.set(number, mail)
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
      return post.outbox.writeMail(`digest-${number}-${delivery.id}`, message)
    }
  }
}
