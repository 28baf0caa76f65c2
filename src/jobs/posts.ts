import { type Discord, nonceFor } from '../deliver/index.ts'
import type { Delivery, Receipt } from '../model/index.ts'
import { hour } from '../model/index.ts'
import { type DiscordMessage, fingerprintOf } from '../render/index.ts'
import { editorNote } from './editors.ts'
import { notePost } from './maintainers.ts'
import type { Way } from './way.ts'

type PostWay = Pick<Way, 'store' | 'renderer' | 'post' | 'now' | 'ideas'>

/** Discord remembers a nonce for “a few minutes”; after this long (ms) it is not relied upon alone. */
const nonceTrusted = 2 * 60_000
/** An unanswered request may still be at work for so long (ms). */
const stillAtWork = 30_000
/** Publishing is limited to about ten messages an hour in each channel; Discord does not document it. */
const publishedAnHour = 10

/** The messages of a post, and what a forum post or thread of it is called. */
interface Post {
  name: string
  /** Names of the ideas it has stories on: tags in a forum. */
  tags: string[]
  messages: DiscordMessage[]
}

/**
 * Carries out one step of a post. A post is rendered once for all channels that want the same. `onBody` is awaited before
 * anything goes out.
 */
export function postWriter(
  way: PostWay,
): (delivery: Delivery, onBody: () => Promise<boolean>) => Promise<Receipt> {
  const rendered = new Map<string, Promise<Post | null>>()

  function postOf(delivery: Delivery): Promise<Post | null> {
    // Editors each have a link of their own.
    const own = delivery.post.startsWith('preview ') ? delivery.target : ''
    const key = `${delivery.post}\n${own}\n${JSON.stringify(delivery.wish)}`
    const post = rendered.get(key) ?? render(way, delivery)
    rendered.set(key, post)
    return post
  }

  return async (delivery, onBody) => {
    const post = await postOf(delivery)
    const message = post?.messages[delivery.piece]
    if (!post || !message)
      return { outcome: 'failed', error: 'The post has no such part any more; its templates changed.' }
    const { discord } = way.post
    if (!discord) return intoOutbox(way, delivery, message, onBody)
    switch (delivery.step) {
      case 'message':
        return send(way, discord, delivery, { channel: delivery.target, message }, onBody)
      case 'forum':
        return openPost(way, discord, delivery, post, onBody)
      case 'reply': {
        const channel = await idOf(way, { ...delivery, piece: 0 })
        if (channel === null) return lostFirst
        return send(way, discord, delivery, { channel, message }, onBody)
      }
      case 'publish':
        return publish(way, discord, delivery, onBody)
      case 'thread': {
        const first = await idOf(way, { ...delivery, piece: 0 })
        if (first === null) return lostFirst
        return discord.openThread({ channel: delivery.target, message: first, name: post.name }, onBody)
      }
    }
  }
}

const lostFirst: Receipt = {
  outcome: 'failed',
  error: 'The message it belongs to is not on record as sent, or was deleted since.',
}

/** The id of a message of the same post; null where none stands in the channel. */
async function idOf(way: PostWay, delivery: Delivery): Promise<string | null> {
  const receipt = await way.store.posts.receiptOf(delivery)
  return receipt !== null && /^\d+$/.test(receipt) ? receipt : null
}

async function render(way: PostWay, delivery: Delivery): Promise<Post | null> {
  const { store, renderer, ideas } = way
  const { digest, alert, wish, post, target } = delivery
  const [kind, number] = post.split(' ')
  if (kind === 'preview') {
    const issue = await store.digests.get(Number(number))
    // Once it is out there is nothing left to decide.
    if (!issue || issue.releasedAt !== null) return null
    const message = renderer.cards.preview(issue.digest, editorNote(way, issue, target))
    return { name: '', tags: [], messages: [message] }
  }
  if (kind === 'note') {
    const message = await notePost(way, number ?? '')
    return message && { name: '', tags: [], messages: [message] }
  }
  if (alert !== null) {
    const found = await store.alerts.get(alert)
    if (!found) return null
    const { story, idea, ideaName } = found
    return {
      name: threadName(story.title),
      tags: [ideaName],
      messages: [renderer.alert({ ...story, idea, ideaName }, wish ?? undefined)],
    }
  }
  const stored = digest === null ? null : await store.digests.get(digest)
  if (!stored) return null
  const { name, ideas: told } = renderer.discordPost(stored.digest, wish ?? undefined)
  const names = new Map(ideas.map((idea) => [idea.id, idea.name]))
  return {
    name,
    tags: told.flatMap((id) => names.get(id) ?? []),
    messages: renderer.discord(stored.digest, wish ?? undefined),
  }
}

/** A story's title as the name of a thread: one line of what can be seen, at most 100 characters. */
function threadName(title: string): string {
  const seen = title.toWellFormed().replace(/\p{Cf}/gu, '')
  const line = seen.replace(/[\p{Cc}\s]+/gu, ' ').trim() || 'Untitled'
  if (line.length <= 100) return line
  const whole = line.slice(0, 99).replace(/[\uD800-\uDBFF]$/, '')
  return `${whole.trimEnd()}…`
}

/**
 * Sends a message under its nonce. The channel is looked at first for one that may stand there already, because a try of it
 * was not answered: how long ago that was our clock can't tell for sure, which may have been set back since, and a nonce is
 * forgotten. Where the look tells nothing, the nonce alone is relied upon for two minutes.
 */
async function send(
  way: PostWay,
  discord: Discord,
  delivery: Delivery,
  { channel, message }: { channel: string; message: DiscordMessage },
  onBody: () => Promise<boolean>,
): Promise<Receipt> {
  const nonce = nonceFor(delivery.id)
  const { uncertainSince: since } = delivery
  if (since !== null) {
    const ours = fingerprintOf(message)
    const looked = await discord.find({
      channel,
      nonce,
      since: since - hour,
      fingerprint: (posted) => fingerprintOf(posted) === ours,
    })
    if ('found' in looked) {
      if (looked.found) return { outcome: 'sent', receipt: looked.found }
    } else if (way.now() - since > nonceTrusted) return { outcome: 'unknown', error: looked.error }
  }
  return discord.post({ channel, body: message, nonce }, onBody)
}

/** A forum knows no nonces: after a try that was not answered it is looked through for the post. */
async function openPost(
  way: PostWay,
  discord: Discord,
  delivery: Delivery,
  { name, tags, messages }: Post,
  onBody: () => Promise<boolean>,
): Promise<Receipt> {
  const { uncertainSince: since, target: channel } = delivery
  if (since !== null) {
    if (way.now() - since < stillAtWork)
      return { outcome: 'deferred', error: 'Discord may still be at work on the last try.' }
    const looked = await discord.findForumPost({ channel, name, since: since - hour })
    if ('error' in looked) return { outcome: 'unknown', error: looked.error }
    if (looked.found) return { outcome: 'sent', receipt: looked.found }
  }
  return discord.openForumPost({ channel, name, tags, body: messages[0]! }, onBody)
}

async function publish(
  way: PostWay,
  discord: Discord,
  delivery: Delivery,
  onBody: () => Promise<boolean>,
): Promise<Receipt> {
  const { target: channel } = delivery
  const message = await idOf(way, delivery)
  if (message === null) return lostFirst
  if ((await way.store.posts.countDone(channel, 'publish', way.now() - hour)) >= publishedAnHour) {
    return {
      outcome: 'deferred',
      error: `Discord lets about ${publishedAnHour} messages an hour be published in a channel; this one waits.`,
      retryAfterMs: hour,
    }
  }
  return discord.publish({ channel, message }, onBody)
}

async function intoOutbox(
  way: PostWay,
  delivery: Delivery,
  message: DiscordMessage,
  onBody: () => Promise<boolean>,
): Promise<Receipt> {
  if (!(await onBody()))
    return { outcome: 'deferred', error: 'Another process has taken this delivery over.' }
  const stem = delivery.post.replace(' ', '-')
  return way.post.outbox.writeDiscord(`${stem}-part-${delivery.part + 1}`, message)
}
