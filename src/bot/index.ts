import {
  Client,
  type ClientOptions,
  DefaultRestOptions,
  DiscordAPIError,
  Events,
  GatewayIntentBits,
  type Interaction,
  Partials,
} from 'discord.js'
import { type LogFacts, withLogFacts } from '../lib/log/index.ts'
import { picked, pressed, submitted } from './buttons.ts'
import { commandData, commandList, messageCommands, slashCommands } from './commands/index.ts'
import type { BotContext } from './context.ts'
import { leave } from './leave.ts'
import { limitsAtLogin, logIn } from './login.ts'
import { mentioned } from './mention.ts'
import { Pace } from './pace.ts'
import { registerCommands } from './register.ts'
import { twice } from './respond.ts'

export interface BotOptions extends Omit<BotContext, 'mayAsk' | 'tellsToWait' | 'commandIds' | 'commands'> {
  /** DISCORD_TOKEN. */
  token: string
  /** DISCORD_API_URL without a version; null for Discord's own. */
  apiUrl: string | null
  /** For tests: options of discord.js's client that make it hurry. */
  client?: Partial<ClientOptions>
  /** How long `stop` waits for answers under way (ms). */
  graceMs?: number
  /** How long to wait before Discord is tried again when it can't be reached at the start (ms), at first. */
  retryMs?: number
}

export interface Bot {
  /** Resolves once the bot is there and its commands are registered; false when Discord refuses it, or it was stopped. */
  ready: Promise<boolean>
  /** Takes nothing new on, waits for answers under way, and leaves. */
  stop(): Promise<void>
}

const { makeRequest: request } = DefaultRestOptions

/** How long the gateway has to say goodbye too (ms). */
const goodbyeMs = 2_000

/** Gateway closes after which Discord does not want to hear from us again, and what to do about each. */
const fatal = new Map<number, string>([
  [
    4004,
    'Discord refused DISCORD_TOKEN: copy the bot’s token again from the developer portal, set it, and restart Freehold.',
  ],
  [4010, 'Discord refused the shard number of the bot; restart Freehold.'],
  [
    4011,
    'The bot is in so many servers that Discord wants several shards, which Freehold does not offer yet.',
  ],
  [4012, 'Discord no longer speaks this version of its gateway; update Freehold.'],
  [4013, 'Discord refused the bot’s intents; update Freehold.'],
  [4014, 'Discord refused the bot’s intents as not allowed; Freehold needs no privileged one, so update it.'],
])

/**
 * Starts the bot: it logs in, registers its commands where they differ, and answers people. It comes back by itself after
 * lost connections, and waits for a Discord that can't be reached. Without a privileged intent it sees only messages that
 * name it, and its direct messages.
 */
export function startBot(options: BotOptions): Bot {
  const { token, apiUrl, client: tuning, graceMs = 10_000, retryMs = 5_000, ...rest } = options
  const pace = new Pace(rest.now)
  const bot: BotContext = {
    ...rest,
    mayAsk: (user) => pace.allows(user),
    tellsToWait: (user) => pace.tells(user),
    commandIds: new Map(),
    commands: commandList,
  }
  const { log, desk } = bot
  /** Ends requests that nobody waits for any more: each could hold the process up for a minute. */
  const left = new AbortController()
  const client = new Client({
    intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages],
    // Direct messages come from channels that the client has not seen before.
    partials: [Partials.Channel],
    allowedMentions: { parse: [] },
    enforceNonce: true,
    ...tuning,
    rest: {
      ...limitsAtLogin,
      ...(apiUrl ? { api: apiUrl } : {}),
      makeRequest: (url, init) =>
        request(url, { ...init, signal: AbortSignal.any([init.signal!, left.signal]) }),
      ...tuning?.rest,
    },
  })
  const underWay = new Set<Promise<void>>()
  let loggingIn: Promise<void> | undefined
  const stop = new AbortController()
  const { signal } = stop

  /** Handlers must not reject: that would end the process. */
  function run(what: string, work: () => Promise<void>, facts: LogFacts = {}): void {
    if (signal.aborted) return
    const done = withLogFacts(facts, () =>
      work().catch((error: unknown) => {
        // Of what was given up, that has been said.
        if (!left.signal.aborted) log.error({ err: error }, `${what} failed`)
      }),
    ).finally(() => underWay.delete(done))
    underWay.add(done)
  }

  let servers: Promise<void> = Promise.resolve()
  /** Notes what befell servers in the order in which it did: one that was left must not look joined again. */
  function noteServers(what: string, work: () => Promise<void>): void {
    run(what, () => {
      const noted = servers.then(work)
      servers = noted.catch(() => undefined)
      return noted
    })
  }

  const ready = new Promise<boolean>((resolve) => {
    client.once(Events.ClientReady, (there) => {
      noteServers('noting the servers', () => desk.guildsPresent([...there.guilds.cache.keys()]))
      run('registering the commands', async () => {
        try {
          const { changed, ids } = await registerCommands(client.rest, there.application.id, commandData)
          for (const [name, id] of ids) bot.commandIds.set(name, id)
          log.info(
            {
              bot: there.user.username,
              servers: there.guilds.cache.size,
              commands: changed ? 'written' : 'unchanged',
            },
            'the Discord bot is there',
          )
        } finally {
          resolve(true)
        }
      })
    })
    client.once(Events.Invalidated, () => resolve(false))
    signal.addEventListener('abort', () => resolve(false))
    loggingIn = logIn(client, { token, log, retryMs, signal }).catch((error: unknown) => {
      if (!left.signal.aborted) log.error({ err: error }, whyNotIn(error))
      resolve(false)
    })
    client.on(Events.ShardDisconnect, ({ code }) => {
      const why = fatal.get(code)
      if (why) log.error({ code }, why)
      resolve(false)
    })
  })
  client.on(Events.Error, (error) => log.error({ err: error }, 'the Discord client met an error'))
  client.on(Events.Warn, (message) => log.warn({}, `Discord: ${message}`))
  client.on(Events.ShardError, (error) => log.warn({ err: error }, 'the connection to Discord met an error'))
  client.on(Events.ShardReconnecting, () => {
    if (!signal.aborted) log.info({}, 'the connection to Discord is lost; coming back')
  })
  client.on(Events.ShardResume, () => log.info({}, 'the connection to Discord is back'))
  client.on(Events.InteractionCreate, (interaction) =>
    run('an interaction', () => handle(interaction, bot), { interaction: interaction.id }),
  )
  client.on(Events.MessageCreate, (message) =>
    run('a mention', () => mentioned(message, bot), { message: message.id }),
  )
  client.on(Events.GuildCreate, ({ id }) => noteServers('joining a server', () => desk.guildJoined(id)))
  // An outage of a server is another event, and may come before it is left.
  client.on(Events.GuildDelete, ({ id }) => noteServers('leaving a server', () => desk.guildLeft(id)))

  return {
    ready,
    async stop() {
      stop.abort()
      let timer: NodeJS.Timeout | undefined
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, graceMs)
      })
      // Destroyed in the midst of logging in, a client would go on with it.
      await Promise.race([Promise.allSettled([...underWay, loggingIn]), patience])
      clearTimeout(timer)
      if (underWay.size > 0) log.warn({ answers: underWay.size }, 'answers under way were given up')
      await leave(client, Math.min(graceMs, goodbyeMs))
      left.abort()
    },
  }
}

async function handle(interaction: Interaction, bot: BotContext): Promise<void> {
  if (interaction.isChatInputCommand()) {
    await slashCommands.get(interaction.commandName)?.run(interaction, bot)
  } else if (interaction.isAutocomplete()) {
    const choices = await slashCommands.get(interaction.commandName)?.complete?.(interaction, bot)
    // Too late, or twice, is no matter here: who typed on has asked again.
    await twice(() => interaction.respond(choices ?? [])).catch((error: unknown) => {
      if (!(error instanceof DiscordAPIError) || ![10062, 40060].includes(error.code as number)) throw error
    })
  } else if (interaction.isMessageContextMenuCommand()) {
    await messageCommands.get(interaction.commandName)?.runOn(interaction, bot)
  } else if (interaction.isButton()) await pressed(interaction, bot)
  else if (interaction.isStringSelectMenu()) await picked(interaction, bot)
  else if (interaction.isModalSubmit()) await submitted(interaction, bot)
}

function whyNotIn(error: unknown): string {
  const refused =
    (error as { code?: unknown }).code === 'TokenInvalid' || (error as { status?: number }).status === 401
  return refused
    ? fatal.get(4004)!
    : `The bot can't log in to Discord: ${error instanceof Error ? error.message : String(error)}. Check the network, and DISCORD_API_URL if it is set.`
}
