import { Form } from './discord-form.ts'
import { type Answer, type Call, nothing, ok, Refusal, type Route, type Sent } from './discord-http.ts'
import { checkCallback } from './discord-limits.ts'
import { checked, composeMessage, messageFlags, publish, remove, revise, shown } from './discord-messages.ts'
import { permission } from './discord-permissions.ts'
import {
  type Channel,
  memberPermissions,
  type StoredMessage,
  type User,
  type World,
} from './discord-state.ts'

export interface Callback {
  type: number
  data: Sent
}

/** An interaction on Discord's side. */
export interface Pending {
  id: string
  token: string
  /** 2 command, 3 component, 4 autocomplete, 5 modal. */
  type: number
  payload: Sent
  channel: Channel
  user: User
  /** Only the person has installed the app, not the place. */
  userOnly: boolean
  /** The message whose component was used. */
  source: StoredMessage | null
  callback: Callback | null
  expired: boolean
  /** What `@original` is. */
  original: StoredMessage | null
  followUps: StoredMessage[]
  /** Codes of the answers that were refused, in order. */
  refusals: number[]
}

const [command, component, autocomplete, modal] = [2, 3, 4, 5]
const [reply, deferReply, deferUpdate, update, choices, openModal] = [4, 5, 6, 7, 8, 9]
const allowedAnswers: Record<number, number[]> = {
  [command]: [reply, deferReply, openModal],
  [component]: [reply, deferReply, deferUpdate, update, openModal],
  [autocomplete]: [choices],
  [modal]: [reply, deferReply, deferUpdate, update],
}
const mostFollowUps = 5

export interface Interactions {
  routes: Route[]
  open(one: Omit<Pending, 'callback' | 'expired' | 'original' | 'followUps' | 'refusals'>): Pending
  /** Who alone sees an ephemeral message. */
  seerOf(message: StoredMessage): string | undefined
}

export function createInteractions(world: World): Interactions {
  const byToken = new Map<string, Pending>()
  const seers = new Map<string, string>()

  /** Who is not allowed to use apps from outside is answered where only they see it. */
  function isHidden({ userOnly, channel, user }: Pending, flags = 0): boolean {
    if (flags & messageFlags.ephemeral) return true
    if (!userOnly || channel.guild === null) return false
    return !(memberPermissions(world, channel, user.id) & permission.useExternalApps)
  }

  function say(pending: Pending, data: Sent, hidden: boolean, files: string[], more = 0): StoredMessage {
    // Unlike a message of its own, an answer pings only users unless it says otherwise.
    const body = { ...data, allowed_mentions: data.allowed_mentions ?? { parse: ['users'] } }
    const { channel, user, type, payload, id } = pending
    const message = composeMessage(world, channel, body, { allowed_mentions: data.allowed_mentions }, files)
    if (type === command) message.type = payload.data.type === 1 ? 20 : 23
    message.flags |= more | (hidden ? messageFlags.ephemeral : 0)
    const owners = payload.authorizing_integration_owners
    message.interaction_metadata = { id, type, user, authorizing_integration_owners: owners }
    if (hidden) seers.set(message.id, user.id)
    else publish(world, channel, message)
    return message
  }

  function answer({ params, body, files, query }: Call): Answer {
    const pending = byToken.get(params.token!)
    let given: Callback
    try {
      if (!pending || pending.id !== params.interaction || (pending.expired && !pending.callback))
        throw new Refusal(404, 10062, 'Unknown interaction')
      if (pending.callback) throw new Refusal(400, 40060, 'Interaction has already been acknowledged.')
      given = respond(pending, body, files)
      pending.callback = given
    } catch (error) {
      if (pending && error instanceof Refusal) pending.refusals.push((error.answer.body as Sent).code)
      throw error
    }
    if (query.get('with_response') !== 'true') return nothing
    const { id, type, original } = pending!
    const interaction = {
      id,
      type,
      response_message_id: original?.id,
      response_message_loading: given.type === deferReply,
      response_message_ephemeral: Boolean((original?.flags ?? 0) & messageFlags.ephemeral),
    }
    const message = original ? { message: shown(original) } : {}
    return ok({ interaction, resource: { type: given.type, ...message } })
  }

  function respond(pending: Pending, body: Sent, files: string[]): Callback {
    const { type, data = {} } = body
    const form = new Form()
    const allowed = allowedAnswers[pending.type]!
    form.choice(
      ['type'],
      type,
      pending.source ? allowed : allowed.filter((t) => t !== update && t !== deferUpdate),
    )
    const wrong = form.error() ?? checkCallback(body)
    if (wrong) throw new Refusal(400, wrong.code, wrong.message, wrong)
    if (type === reply) {
      checked(data, undefined, files)
      pending.original = say(pending, data, isHidden(pending, data.flags), files)
    }
    // Of a deferred answer only “ephemeral” is taken over.
    if (type === deferReply)
      pending.original = say(pending, {}, isHidden(pending, data.flags), [], messageFlags.loading)
    if (type === deferUpdate) pending.original = pending.source
    if (type === update) {
      checked(data, pending.source!, files)
      pending.original = revise(world, pending.source!, data, files)
    }
    return { type, data }
  }

  /** The interaction of a webhook's token, while it is good. */
  function pendingOf({ application, token }: Record<string, string>): Pending {
    const pending = byToken.get(token!)
    if (!pending || application !== world.bot.id || !pending.callback)
      throw new Refusal(404, 10015, 'Unknown Webhook')
    if (pending.expired) throw new Refusal(401, 50027, 'Invalid Webhook Token')
    return pending
  }

  function messageOf(pending: Pending, id: string): StoredMessage {
    const { original, followUps, source } = pending
    const known = [original, source, ...followUps]
    const found = id === '@original' ? original : known.find((one) => one?.id === id)
    const isThere = found && (seers.has(found.id) || pending.channel.messages.includes(found))
    if (!isThere) throw new Refusal(404, 10008, 'Unknown Message')
    return found
  }

  function editMessage(message: StoredMessage, { body, files }: Call): Answer {
    checked(body, message, files)
    const wasLoading = message.flags & messageFlags.loading
    message.flags &= ~messageFlags.loading
    revise(world, message, body, files)
    if (wasLoading) message.edited_timestamp = null
    return ok(shown(message))
  }

  function followUp(call: Call): Answer {
    const pending = pendingOf(call.params)
    const { body, files } = call
    // A follow-up to a deferred answer becomes that answer, and stays as visible as that was.
    if (pending.original && pending.original.flags & messageFlags.loading)
      return editMessage(pending.original, call)
    if (pending.userOnly && pending.followUps.length >= mostFollowUps)
      throw new Refusal(400, 40094, 'This interaction has hit the maximum number of follow up messages')
    checked(body, undefined, files)
    const message = say(pending, body, isHidden(pending, body.flags), files)
    pending.followUps.push(message)
    return ok(shown(message))
  }

  function drop({ params }: Call): Answer {
    const pending = pendingOf(params)
    const message = messageOf(pending, params.message!)
    if (!seers.delete(message.id)) remove(world, pending.channel, message)
    return nothing
  }

  const message = '/webhooks/:application/:token/messages/:message'
  return {
    routes: [
      {
        method: 'POST',
        path: '/interactions/:interaction/:token/callback',
        open: true,
        handle: answer,
      },
      { method: 'POST', path: '/webhooks/:application/:token', open: true, handle: followUp },
      {
        method: 'GET',
        path: message,
        open: true,
        handle: ({ params }) => ok(shown(messageOf(pendingOf(params), params.message!))),
      },
      {
        method: 'PATCH',
        path: message,
        open: true,
        handle(call) {
          const pending = pendingOf(call.params)
          return editMessage(messageOf(pending, call.params.message!), call)
        },
      },
      { method: 'DELETE', path: message, open: true, handle: drop },
    ],
    open(one) {
      const pending = {
        ...one,
        callback: null,
        expired: false,
        original: null,
        followUps: [],
        refusals: [],
      }
      byToken.set(pending.token, pending)
      return pending
    },
    seerOf: (one) => seers.get(one.id),
  }
}
