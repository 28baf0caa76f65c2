import { tooMany } from './discord-faults.ts'
import { type Answer, type Call, nothing, ok, Refusal, type Route, type Sent } from './discord-http.ts'
import { checkMessage } from './discord-limits.ts'
import { permission } from './discord-permissions.ts'
import { botPermissions, type Channel, channelFor, type StoredMessage, type World } from './discord-state.ts'

export interface MessageOptions {
  /** How long a nonce is remembered (ms); Discord says “a few minutes”. */
  nonceWindowMs: number
  /** Give nonces back with GET, which Discord does not promise. */
  echoNonce: boolean
  /** How many messages of a channel can be crossposted in an hour. */
  crosspostsAnHour: number
}

export const messageFlags = { crossposted: 1, ephemeral: 1 << 6, loading: 1 << 7, hasThread: 1 << 5 }
const componentsV2 = 1 << 15
/** What a sender may set: suppressed embeds, silence, Components V2. */
const ownFlags = (1 << 2) | (1 << 12) | componentsV2
const announcement = 5
const notForMessages = new Set([4, 14, 15, 16])
const intents = { guild: 1 << 9, direct: 1 << 12 }

/** Refuses a body that Discord would not take. `before` is what the message was sent with, when it is edited. */
export function checked(body: Sent, before?: StoredMessage, files: string[] = []): void {
  const whole = before
    ? {
        content: before.content,
        embeds: before.embeds,
        components: before.components,
        ...body,
        flags: ((body.flags ?? 0) | before.flags) & ownFlags,
      }
    : body
  const { status, ...wrong } = checkMessage(whole, files.length) ?? { status: 0 }
  if (status !== 0) throw new Refusal(status, (wrong as Sent).code, (wrong as Sent).message, wrong)
}

/** A message as the API gives it. */
export function shown(message: StoredMessage): Sent {
  const { allowed_mentions: _, ...rest } = message
  return { tts: false, pinned: false, ...rest, author: { discriminator: '0', avatar: null, ...rest.author } }
}

export function composeMessage(
  world: World,
  channel: Channel,
  body: Sent,
  more: Partial<StoredMessage> = {},
  files: string[] = [],
): StoredMessage {
  const { content, embeds, components, nonce, allowed_mentions, flags = 0 } = body
  return {
    id: world.snowflake(),
    channel_id: channel.id,
    ...(channel.guild ? { guild_id: channel.guild } : {}),
    type: 0,
    content: content ?? '',
    embeds: embeds ?? [],
    components: components ?? [],
    author: world.bot,
    timestamp: new Date(world.now()).toISOString(),
    edited_timestamp: null,
    flags: flags & ownFlags,
    attachments: files.map((filename) => {
      const id = world.snowflake()
      return { id, filename, size: 1, url: `http://127.0.0.1/attachments/${id}/${filename}` }
    }),
    ...pings(body),
    ...(nonce === undefined ? {} : { nonce }),
    ...(allowed_mentions === undefined ? {} : { allowed_mentions }),
    ...more,
  }
}

/** Puts a message into its channel and tells the gateway. */
export function publish(world: World, channel: Channel, message: StoredMessage): StoredMessage {
  channel.messages.push(message)
  channel.lastMessage = message.id
  const created = { ...shown(message), channel_type: channel.options.type ?? 0 }
  world.dispatch('MESSAGE_CREATE', created, channel.guild ? intents.guild : intents.direct)
  world.changed()
  return message
}

/** Changes a message by the body of an edit, already checked. */
export function revise(
  world: World,
  message: StoredMessage,
  body: Sent,
  files: string[] = [],
): StoredMessage {
  if (body.content !== undefined) message.content = body.content ?? ''
  if (body.embeds !== undefined) message.embeds = body.embeds ?? []
  if (body.components !== undefined) message.components = body.components ?? []
  if (body.allowed_mentions !== undefined) message.allowed_mentions = body.allowed_mentions
  message.flags |= (body.flags ?? 0) & ownFlags
  message.edited_timestamp = new Date(world.now()).toISOString()
  Object.assign(message, pings({ ...message, ...body }))
  const channel = world.channels.get(message.channel_id)!
  if (files.length > 0) message.attachments = composeMessage(world, channel, {}, {}, files).attachments
  if (channel.messages.includes(message)) {
    world.dispatch('MESSAGE_UPDATE', shown(message), channel.guild ? intents.guild : intents.direct)
  }
  return message
}

export function remove(world: World, channel: Channel, message: StoredMessage): void {
  channel.messages = channel.messages.filter((one) => one !== message)
  const { id, guild_id } = message
  const intent = channel.guild ? intents.guild : intents.direct
  world.dispatch('MESSAGE_DELETE', { id, channel_id: channel.id, guild_id }, intent)
}

/** What a body needs besides the right to post it. */
export function neededFor(body: Sent, files: string[]): bigint[] {
  return [
    ...(body.embeds?.length ? [permission.embedLinks] : []),
    ...(files.length > 0 ? [permission.attachFiles] : []),
  ]
}

export function find(channel: Channel, id: string): StoredMessage {
  const found = channel.messages.find((one) => one.id === id)
  if (!found) throw new Refusal(404, 10008, 'Unknown Message')
  return found
}

export function messageRoutes(world: World, options: MessageOptions): Route[] {
  const { nonceWindowMs, echoNonce, crosspostsAnHour } = options

  function post({ params, body, files }: Call): Answer {
    const channel = channelFor(world, params.channel!)
    if (notForMessages.has(channel.options.type ?? 0))
      throw new Refusal(400, 50008, 'Cannot send messages in a non-text channel')
    if (channel.options.closed) throw new Refusal(403, 50007, 'Cannot send messages to this user')
    if (channel.thread?.locked && !(botPermissions(world, channel) & permission.manageThreads))
      throw new Refusal(403, 160005, 'Thread is locked')
    const may = channel.thread ? permission.sendInThreads : permission.sendMessages
    channelFor(world, channel.id, may, ...neededFor(body, files))
    checked(body, undefined, files)
    const known = body.enforce_nonce && world.nonces.get(String(body.nonce))
    if (known && world.now() - known.at <= nonceWindowMs) {
      const { message } = known
      const there = world.channels.get(message.channel_id)?.messages.includes(message)
      if (!there) throw new Refusal(404, 10008, 'Unknown Message')
      return ok(shown(message))
    }
    const reference = body.message_reference
    const more = reference ? { type: 19, message_reference: { channel_id: channel.id, ...reference } } : {}
    const message = composeMessage(world, channel, body, more, files)
    if (channel.thread) channel.thread.archived = false
    publish(world, channel, message)
    if (body.nonce !== undefined) world.nonces.set(String(body.nonce), { message, at: world.now() })
    return ok(shown(message))
  }

  function list({ params, query }: Call): Answer {
    const channel = channelFor(world, params.channel!)
    const reads = botPermissions(world, channel) & permission.readHistory
    if (channel.options.history === false || !reads) return ok([])
    const before = query.get('before')
    const after = query.get('after')
    const fits = channel.messages.filter(
      (m) =>
        (before === null || BigInt(m.id) < BigInt(before)) &&
        (after === null || BigInt(m.id) > BigInt(after)),
    )
    const limit = Number(query.get('limit') ?? 50)
    const page = after === null ? fits.reverse().slice(0, limit) : fits.slice(0, limit).reverse()
    return ok(page.map(readBack))
  }

  /** As it is read back: without its nonce, its components numbered and their text without blanks at its end. */
  function readBack(message: StoredMessage): Sent {
    const { nonce, components, ...rest } = shown(message)
    const read = { ...rest, components: numbered(components) }
    return echoNonce && nonce !== undefined ? { ...read, nonce } : read
  }

  function patch({ params, body, files }: Call): Answer {
    const channel = channelFor(world, params.channel!)
    const message = find(channel, params.message!)
    if (message.author.id !== world.bot.id)
      throw new Refusal(403, 50005, 'Cannot edit a message authored by another user')
    if (channel.thread?.archived) throw new Refusal(400, 50083, 'Thread is archived')
    checked(body, message, files)
    return ok(shown(revise(world, message, body, files)))
  }

  function drop({ params }: Call): Answer {
    const channel = channelFor(world, params.channel!)
    const message = find(channel, params.message!)
    if (message.author.id !== world.bot.id) channelFor(world, channel.id, permission.manageMessages)
    remove(world, channel, message)
    return nothing
  }

  function crosspost({ params }: Call): Answer {
    const channel = channelFor(world, params.channel!)
    const message = find(channel, params.message!)
    const own = message.author.id === world.bot.id
    channelFor(world, channel.id, own ? permission.sendMessages : permission.manageMessages)
    if (channel.options.type !== announcement)
      throw new Refusal(400, 50024, 'Cannot execute action on this channel type')
    if (message.flags & messageFlags.crossposted)
      throw new Refusal(400, 40033, 'This message has already been crossposted.')
    const hour = 3_600_000
    channel.crossposts = channel.crossposts.filter((at) => world.now() - at < hour)
    if (channel.crossposts.length >= crosspostsAnHour)
      return tooMany((channel.crossposts[0]! + hour - world.now()) / 1000, 'shared')
    channel.crossposts.push(world.now())
    message.flags |= messageFlags.crossposted
    world.dispatch('MESSAGE_UPDATE', shown(message), intents.guild)
    return ok(shown(message))
  }

  return [
    { method: 'GET', path: '/channels/:channel/messages', handle: list },
    { method: 'POST', path: '/channels/:channel/messages', handle: post },
    {
      method: 'GET',
      path: '/channels/:channel/messages/:message',
      handle: ({ params }) =>
        ok(readBack(find(channelFor(world, params.channel!, permission.readHistory), params.message!))),
    },
    { method: 'PATCH', path: '/channels/:channel/messages/:message', handle: patch },
    { method: 'DELETE', path: '/channels/:channel/messages/:message', handle: drop },
    { method: 'POST', path: '/channels/:channel/messages/:message/crosspost', handle: crosspost },
  ]
}

/** Whom a message pings: what its text names, as far as `allowed_mentions` lets it; without that, everybody. */
function pings(body: Sent): Pick<StoredMessage, 'mention_everyone' | 'mentions' | 'mention_roles'> {
  const { allowed_mentions: allowed } = body
  const words = [body.content ?? '', ...textsOf(body.components ?? [])].join('\n')
  const may =
    (kind: string, ids: string[] = []) =>
    (id: string) =>
      !allowed || (allowed.parse ?? []).includes(kind) || ids.includes(id)
  const named = (pattern: RegExp) => [...words.matchAll(pattern)].map((match) => match[1]!)
  return {
    mention_everyone: /@(everyone|here)/.test(words) && may('everyone')(''),
    mentions: named(/<@!?(\d+)>/g)
      .filter(may('users', allowed?.users))
      .map((id) => ({ id, username: 'somebody' })),
    mention_roles: named(/<@&(\d+)>/g).filter(may('roles', allowed?.roles)),
  }
}

function numbered(components: Sent[], from = { id: 1 }): Sent[] {
  return components.map(({ components: inside, content, ...one }) => ({
    ...one,
    id: one.id ?? from.id++,
    ...(content === undefined ? {} : { content: content.trimEnd() }),
    ...(inside === undefined ? {} : { components: numbered(inside, from) }),
  }))
}

/** The words of Components V2 ping too. */
function textsOf(components: Sent[]): string[] {
  return components.flatMap((one) => [
    ...(one.type === 10 ? [String(one.content ?? '')] : []),
    ...textsOf(one.components ?? []),
  ])
}
