import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isatty } from 'node:tty'
import { type Command, InvalidArgumentError } from 'commander'
import type { Bot } from '../bot/index.ts'
import { type Config, noSender } from '../config.ts'
import type { FeedListKeeper, Log, Schedules } from '../jobs/index.ts'
import {
  type Hold,
  holdAlone,
  keepFeedLists,
  metricsOf,
  openArchive,
  openDesk,
  openEditorsDesk,
  openNewsletter,
  openSuggestions,
  showPresence,
  startSchedules,
  takeReturn,
} from '../jobs/index.ts'
import { inWords, startTicking } from '../lib/schedule/index.ts'
import { createWeb, listen } from '../web/index.ts'
import { Failure } from './failure.ts'
import { giveBackMemory } from './give-back.ts'
import { openLog } from './log.ts'
import { config } from './settings.ts'
import {
  hadOtherSecret,
  openAsker,
  openWorkshop,
  ownerName,
  secretOf,
  type Workshop,
  watchLists,
} from './wiring.ts'

export function addStart(program: Command): void {
  program
    .command('start')
    .summary('the service: schedules, web pages, deliveries')
    .description(
      'Runs the service until it gets SIGTERM or SIGINT: schedules, web pages, deliveries. Feed lists that change are taken over as soon as they are in order; SIGHUP reads them at once.',
    )
    .option('--only <roles>', 'run just these parts, joined by commas: web, bot, jobs', rolesOf)
    .action(async (options: { only?: Role[] }) => {
      const settings = config()
      // From the first moment on: what comes while all is being started is obeyed as soon as it is.
      const stop = stopSignal()
      const { promise: lists, resolve: listsAreKept } = Promise.withResolvers<FeedListKeeper>()
      onHangUp(async () => (await lists).reload())
      const log = openLog(settings, 'service')
      // Node prints it and ends the process; this puts it where the operator looks.
      process.on('uncaughtExceptionMonitor', (error, origin) =>
        log.error({ err: error, origin }, 'Freehold met a fault that it can’t go on from, and ends'),
      )
      await runService(settings, {
        parts: new Set(options.only ?? roles),
        log,
        stop,
        listsAreKept,
      })
    })
}

/**
 * The service of these settings, from its start until `stop` settles with the name of what stops it; it resolves when all is
 * closed. `now` is its clock, `listsAreKept` is called when the feed lists can be reloaded.
 */
export async function runService(
  settings: Config,
  { log: unsigned, now, ...options }: ServiceOptions & { log: Log; now?: () => number },
): Promise<void> {
  const owner = ownerName()
  const log = signed(unsigned, owner)
  const parts = options.parts ?? new Set(roles)
  for (const { about, sentence } of settings.warnings)
    if (whoMinds[about].some((part) => parts.has(part))) log.warn({}, sentence)
  const workshop = await openWorkshop(settings, { log, owner, ...(now ? { now } : {}) })
  const presence = await showPresence(workshop.way)
  try {
    if (await hadOtherSecret(settings, workshop.way.store)) log.warn({}, otherSecret)
    await runIn(workshop, settings, log, { ...options, parts })
  } finally {
    await presence.end()
  }
  await workshop.close()
  log.info({}, 'stopped')
}

/** Lines of several processes may come together in one place, so each says whose it is. */
function signed(log: Log, owner: string): Log {
  return {
    debug: (facts, message) => log.debug?.({ owner, ...facts }, message),
    info: (facts, message) => log.info({ owner, ...facts }, message),
    warn: (facts, message) => log.warn({ owner, ...facts }, message),
    error: (facts, message) => log.error({ owner, ...facts }, message),
  }
}

const otherSecret =
  'SECRET is another one than that of the service started last on this database: links in mails, links for editors and bounce addresses made with one do not count with the other. Set the same SECRET on every machine. If you changed it on purpose, nothing is left to do: this one is remembered from now on'

interface ServiceOptions {
  parts?: ReadonlySet<Role>
  stop: Promise<string>
  listsAreKept?: (keeper: FeedListKeeper) => void
}

/** Runs the parts of a service until it is asked to stop and what is under way is finished. */
async function runIn(
  workshop: Workshop,
  settings: Config,
  log: Log,
  { parts, stop, listsAreKept }: ServiceOptions & { parts: ReadonlySet<Role> },
): Promise<void> {
  // A fault of a template is to be seen now, and not with the first message.
  void workshop.way.renderer
  sayWhatIsMissing(workshop, settings, log, parts)
  if (parts.has('jobs')) {
    // Better now than when the first item comes.
    log.info({}, 'learning from the labels, if they have changed; that takes up to a minute')
    await workshop.way.classifier()
  }
  const pages = parts.has('web') ? await openPages(workshop, settings, log) : null
  const keeper = keepFeedLists(workshop.way, watchLists(settings, workshop.way.now))
  listsAreKept?.(keeper)
  const times = {
    ingest: settings.scheduleIngest,
    digest: settings.scheduleDigest,
    zone: settings.timezone,
  }
  const schedules = parts.has('jobs') ? await startSchedules(workshop.way, times, keeper) : null
  const looking = schedules ? null : startTicking(() => keeper.tick())
  const bot = parts.has('bot') ? holdBot(workshop, settings, times, log) : null
  const followed = workshop.way.feeds.filter(({ enabled }) => enabled).length
  log.info(
    {
      url: pages?.url,
      feeds: followed,
      switchedOff: workshop.way.feeds.length - followed,
      parts: [...parts],
    },
    'Freehold is running',
  )
  giveBackMemory()
  const signal = await stop
  log.info({ signal }, 'stopping; messages under way are finished first')
  looking?.stop()
  await Promise.all([schedules?.stop(), pages?.close(), bot?.stop()])
}

/** What a service consists of; several machines may share it out. */
const roles = ['web', 'bot', 'jobs'] as const
type Role = (typeof roles)[number]

/** Which parts do what a warning is about. */
const whoMinds: Record<Config['warnings'][number]['about'], Role[]> = {
  mail: ['jobs'],
  llm: ['jobs', 'bot'],
}

function rolesOf(text: string): Role[] {
  const names = text.split(',').map((name) => name.trim())
  const unknown = names.filter((name) => !(roles as readonly string[]).includes(name))
  if (unknown.length > 0 || names.length === 0) {
    throw new InvalidArgumentError(`Give one or more of ${roles.join(', ')}, joined by commas.`)
  }
  return names as Role[]
}

/** Discord wants one connection to its gateway: of all processes on one database, one holds it. */
function holdBot(workshop: Workshop, settings: Config, times: Schedules, log: Log): Hold | null {
  if (!settings.discordToken) return null
  const hold = holdAlone(workshop.way, 'the Discord bot', () => openBot(workshop, settings, times, log))
  void hold.tick()
  const ticker = startTicking(() => hold.tick())
  return {
    tick: () => hold.tick(),
    async stop() {
      ticker.stop()
      await hold.stop()
    },
  }
}

/** Lets the Discord bot in; discord.js takes 0.3 s to load, which only those wait for who have a bot. */
async function openBot(workshop: Workshop, settings: Config, schedules: Schedules, log: Log): Promise<Bot> {
  const { startBot } = await import('../bot/index.ts')
  const { way, pages } = workshop
  const secret = await secretOf(settings, way.store)
  const asker = await openAsker(settings, pages, way.ideas)
  const cadence = { expression: schedules.digest, zone: schedules.zone }
  return startBot({
    desk: openDesk({ way, asker, secret, schedules }),
    renderer: way.renderer,
    log,
    now: way.now,
    maintainerRole: settings.maintainerRole,
    schedule: inWords(cadence) ?? `as scheduled (${cadence.expression}, ${cadence.zone})`,
    token: settings.discordToken!,
    apiUrl: settings.discordApiUrl,
  })
}

/** Serves the web pages of a workshop. */
export async function openPages(workshop: Workshop, settings: Config, log: Log) {
  const { way, pages } = workshop
  const app = createWeb({
    archive: openArchive(way),
    renderer: way.renderer,
    pages,
    ideas: way.ideas,
    stylesheet: await readFile(join(settings.templatesDir, 'freehold.css'), 'utf8'),
    newsletter: {
      newsletter: openNewsletter({ way, signer: way.post.signer }),
      takeReturn: (raw) => takeReturn(way, raw),
      signer: way.post.signer,
      publicUrl: settings.publicUrl,
      contact: settings.mailFrom === noSender ? null : way.post.mailAddress,
      postalAddress: settings.postalAddress,
    },
    suggest: {
      suggestions: openSuggestions({ way, signer: way.post.signer }),
      publicUrl: settings.publicUrl,
    },
    desk: { desk: openEditorsDesk(way), publicUrl: settings.publicUrl },
    metrics: () => metricsOf(way),
    health: {
      async ready() {
        await way.store.ping()
        const [fault] = way.feedFaults ?? []
        return { ready: true, feedLists: fault ? `the last good ones are in use: ${fault}` : 'in order' }
      },
    },
    now: way.now,
    log,
  })
  try {
    return await listen(app, { host: settings.host, port: settings.port })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new Failure(
      `Port ${settings.port} is taken by another program. Set PORT to a free one, or to 0 for any.`,
    )
  }
}

/**
 * Calls `reload` at SIGHUP. It is also what the end of a terminal looks like to the programs that were started in it, and
 * those are to end with it.
 */
function onHangUp(reload: () => Promise<void>): void {
  const inTerminal = [0, 1, 2].some(isatty)
  const heard = () => {
    if (!inTerminal || hasTerminal()) return void reload()
    // It comes from the terminal and from what started us; a second SIGTERM would not let messages be finished.
    process.off('SIGHUP', heard).on('SIGHUP', () => undefined)
    process.kill(process.pid, 'SIGTERM')
  }
  process.on('SIGHUP', heard)
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}

/** Says which settings the parts that are run here do without. */
function sayWhatIsMissing(workshop: Workshop, settings: Config, log: Log, parts: ReadonlySet<Role>): void {
  const { smtp, discord } = workshop.way.post
  if (parts.has('bot') && !discord) log.info({}, 'DISCORD_TOKEN is not set: there is no bot')
  // The other parts neither send messages nor ask for feeds.
  if (!parts.has('jobs')) return
  const folder = join(settings.dataDir, 'outbox')
  if (!smtp) log.info({ folder }, 'SMTP_URL is not set: mails are written to the outbox folder')
  if (/\/\/(localhost|127\.)/.test(settings.publicUrl)) {
    log.warn(
      { publicUrl: settings.publicUrl },
      'publishers of feeds see PUBLIC_URL in our requests, and this one tells them nothing; set it to the address of the web pages',
    )
  }
  if (!discord) log.info({ folder }, 'DISCORD_TOKEN is not set: posts are written to the outbox folder')
}

/** Resolves with the first signal that asks to stop; a second one ends the process at once. */
function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1))
        resolve(signal)
      })
    }
  })
}
