import { type Answer, type Call, ok, Refusal, type Route, type Sent } from './discord-http.ts'
import { checkThread } from './discord-limits.ts'
import { checked, composeMessage, find, messageFlags, neededFor, publish, shown } from './discord-messages.ts'
import { permission } from './discord-permissions.ts'
import { botPermissions, type Channel, channelFor, describeChannel, type World } from './discord-state.ts'

const [announcement, forum] = [5, 15]

/** Threads from messages, without, and posts in forums. */
export function threadRoutes(world: World): Route[] {
  function open(parent: Channel, body: Sent, type: number, id?: string): Channel {
    const { name, auto_archive_duration = 1440, applied_tags = [] } = body
    const thread = {
      owner: world.bot.id,
      tags: applied_tags ?? [],
      archived: false,
      locked: false,
      archiveAfter: auto_archive_duration ?? 1440,
    }
    const options = { name, type, parent: parent.id, guild: parent.guild }
    const made = world.addChannel(options, { ...(id ? { id } : {}), thread })
    world.dispatch('THREAD_CREATE', { ...describeChannel(world, made), newly_created: true }, 1)
    return made
  }

  function checkForm(body: Sent): void {
    const wrong = checkThread(body)
    if (wrong) throw new Refusal(400, wrong.code, wrong.message, wrong)
  }

  function fromMessage({ params, body }: Call): Answer {
    const parent = channelFor(world, params.channel!, permission.createPublicThreads, permission.readHistory)
    const message = find(parent, params.message!)
    checkForm(body)
    if (world.channels.has(message.id))
      throw new Refusal(400, 160004, 'A thread has already been created for this message')
    const type = parent.options.type === announcement ? 10 : 11
    const thread = open(parent, body, type, message.id)
    message.flags |= messageFlags.hasThread
    message.thread = describeChannel(world, thread)
    return { status: 201, body: describeChannel(world, thread) }
  }

  function inForum(parent: Channel, { body, files }: Call): Answer {
    channelFor(world, parent.id, permission.sendMessages, ...neededFor(body.message ?? {}, files))
    checkForm(body)
    checkTags(parent, body.applied_tags ?? [])
    checked(body.message ?? {}, undefined, files)
    const id = world.snowflake()
    const thread = open(parent, body, 11, id)
    parent.lastMessage = id
    const message = composeMessage(world, thread, body.message, { id }, files)
    publish(world, thread, message)
    return { status: 201, body: { ...describeChannel(world, thread), message: shown(message) } }
  }

  function checkTags(parent: Channel, applied: string[]): void {
    if (parent.options.requireTag && applied.length === 0)
      throw new Refusal(400, 40067, 'A tag is required to create a forum post in this channel')
    for (const id of applied) {
      const tag = parent.tags.find((one) => one.id === id)
      if (!tag) throw new Refusal(400, 10087, 'Unknown Tag')
      if (tag.moderated && !(botPermissions(world, parent) & permission.manageThreads))
        throw new Refusal(403, 50013, 'Missing Permissions')
    }
  }

  function start(call: Call): Answer {
    const parent = channelFor(world, call.params.channel!)
    const type = parent.options.type ?? 0
    if (type === forum) return inForum(parent, call)
    if (type !== 0 && type !== announcement)
      throw new Refusal(400, 50024, 'Cannot execute action on this channel type')
    channelFor(world, parent.id, permission.createPublicThreads)
    checkForm(call.body)
    const thread = open(parent, call.body, call.body.type ?? 12)
    return { status: 201, body: describeChannel(world, thread) }
  }

  function change({ params, body }: Call): Answer {
    const channel = channelFor(world, params.channel!)
    const { thread } = channel
    if (!thread) throw new Refusal(403, 50013, 'Missing Permissions')
    if (thread.owner !== world.bot.id) channelFor(world, channel.id, permission.manageThreads)
    if (body.applied_tags) checkTags(world.channels.get(channel.options.parent!)!, body.applied_tags)
    if (body.name !== undefined) channel.options = { ...channel.options, name: body.name }
    if (body.archived !== undefined) thread.archived = body.archived
    if (body.locked !== undefined) thread.locked = body.locked
    if (body.applied_tags !== undefined) thread.tags = body.applied_tags
    if (body.auto_archive_duration !== undefined) thread.archiveAfter = body.auto_archive_duration
    const now = describeChannel(world, channel)
    world.dispatch('THREAD_UPDATE', now, 1)
    return ok(now)
  }

  function active({ params }: Call): Answer {
    const threads = [...world.channels.values()].filter(
      (one) => one.guild === params.guild && one.thread && !one.thread.archived,
    )
    return ok({ threads: threads.map((one) => describeChannel(world, one)), members: [] })
  }

  function archived({ params }: Call): Answer {
    const parent = channelFor(world, params.channel!, permission.readHistory)
    const threads = [...world.channels.values()].filter(
      (one) => one.options.parent === parent.id && one.thread?.archived,
    )
    return ok({ threads: threads.map((one) => describeChannel(world, one)), members: [], has_more: false })
  }

  return [
    { method: 'POST', path: '/channels/:channel/messages/:message/threads', handle: fromMessage },
    { method: 'POST', path: '/channels/:channel/threads', handle: start },
    { method: 'PATCH', path: '/channels/:channel', handle: change },
    { method: 'GET', path: '/guilds/:guild/threads/active', handle: active },
    { method: 'GET', path: '/channels/:channel/threads/archived/public', handle: archived },
  ]
}
