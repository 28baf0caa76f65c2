import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import type { Config } from '../config.ts'
import { feedHealth } from '../jobs/index.ts'
import { createSigner } from '../lib/sign/index.ts'
import type { Feed } from '../model/index.ts'
import type { Store } from '../store/index.ts'
import { backupsDir, lastBackup } from './backup-files.ts'
import {
  type Look,
  lookAtDataDir,
  lookAtDisk,
  lookAtJobs,
  lookAtMessages,
  lookAtSecret,
} from './doctor-work.ts'
import { absentFile, databaseFile, NotKnown, openOnce } from './existing-database.ts'
import { columns, hanging, print, printJson, remark } from './output.ts'
import { hiderOf } from './secrets.ts'
import { config } from './settings.ts'
import { loadFeeds, loadWiki, openLlm, openPostOffice, openRefined, shown } from './wiring.ts'

interface Finding {
  check: string
  /** `warn` of what works and should not stay so. */
  state: 'fine' | 'off' | 'warn' | 'wrong'
  detail: string
}

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .summary('check the configuration against the real services')
    .description(
      'Checks the configuration against the real services: files, database, SMTP log-in, Discord, LLM, public URL.',
    )
    .option('--json', 'print as JSON')
    .action(async (options: { json?: boolean }) => {
      const { findings, hangs } = await examine(config())
      if (options.json) await printJson(findings)
      else
        for (const { check, state, detail } of findings)
          print(hanging(`${marks[state]} ${check.padEnd(11)} ${detail}`, columns(), ' '.repeat(14)))
      if (findings.some(({ state }) => state === 'wrong')) process.exitCode = 1
      // A database that hangs would not let us end.
      if (hangs) process.exit()
    })
}

/** To read a classifier that is kept takes less. */
const readingMs = 2000
const twoDays = 2 * 86_400_000

const marks = { fine: '✓', off: '–', warn: '!', wrong: '✗' }

async function examine(settings: Config): Promise<{ findings: Finding[]; hangs: boolean }> {
  const post = openPostOffice(settings, createSigner(settings.secret ?? 'nothing is signed while looking'))
  const dataDir = await look('DATA_DIR', async () =>
    lookAtDataDir(settings.dataDir, shown(settings, settings.dataDir)),
  )
  const canKeep = dataDir.state !== 'wrong'
  const database = await openOnce(settings, { canKeep })
  const findings = [
    dataDir,
    await look('wiki', async () => {
      const { pages, ideas } = await loadWiki(settings)
      const said = `${pages.length} pages, ${ideas.length} key ideas`
      // To learn takes a minute, and what was learned could not be kept.
      if (!canKeep) return `${said}; the classifier is not known without DATA_DIR`
      return `${said}; classifier ${(await announced(openRefined(settings, ideas))).by}`
    }),
    await look('feeds', async () => {
      const feeds = await loadFeeds(settings)
      const on = feeds.filter((feed) => feed.enabled).length
      const detail = `${on} feeds, ${feeds.length - on} switched off`
      const needs = await database
        .ask((store, now) => thoseInNeed(feeds, store, now))
        .catch((error: unknown) => {
          // It is told in the database's own line.
          if (database.fault) return null
          throw error
        })
      return needs === null ? detail : { warning: `${detail}; ${needs}` }
    }),
    await look(
      'database',
      async () => {
        if (database.fault) throw database.fault
        const items = await database.ask((store) => store.items.count())
        if (items === null) return null
        return `${databaseFile(settings.databaseUrl) === null ? 'PostgreSQL' : 'SQLite'}, ${items} items`
      },
      `none yet at ${shown(settings, absentFile(settings) ?? '')}; the first start makes it`,
    ),
    await look(
      'SECRET',
      async () => {
        const set = settings.secret === null ? null : 'set'
        // So much is known without the database.
        if (set && database.fault) return set
        return (await database.ask((store) => lookAtSecret(settings, store))) ?? set
      },
      'not set; the first start makes one and keeps it in the database',
    ),
    await look('disk', () => lookAtDisk(settings.dataDir)),
    await look('jobs', () => database.ask(lookAtJobs), 'none has run yet; freehold start runs them'),
    await look('messages', () => database.ask(lookAtMessages), 'none were to be sent yet'),
    await look(
      'backup',
      async () => {
        const folder = backupsDir(settings)
        const last = await lastBackup(folder, Date.now(), shown(settings, folder))
        if (last === null && database.fault) throw new NotKnown('not known without the database')
        return last
      },
      'none yet; freehold backup makes one',
    ),
    await look('e-mail', async () => {
      if (!post.smtp) return null
      const result = await post.smtp.verify()
      if (!result.ok) throw new Error(result.error)
      return `logs in; sends as ${settings.mailFrom}`
    }),
    await look('Discord', async () => {
      if (!post.discord) return null
      const result = await post.discord.verify(settings.discordChannel ?? undefined)
      if (!result.ok) throw new Error(result.error)
      const where = result.channel
        ? `posts to #${result.channel.name}`
        : 'DISCORD_CHANNEL is not set, so only channels that /subscribe get posts'
      return `is ${result.bot.name}; ${where}; to add it to a server: ${result.invite}`
    }),
    await look(
      'LLM',
      async () => {
        const llm = openLlm(settings)
        if (!llm) return null
        const result = await llm.verify()
        if (!result.ok) throw new Error(result.error)
        return `${llm.model} answers, in ${(result.ms / 1000).toFixed(1)} s`
      },
      'not configured; the built-in classifier decides alone',
    ),
    await look('public URL', async () => {
      if (settings.smtpUrl && !settings.publicUrl.startsWith('https:')) {
        throw new Error(
          `PUBLIC_URL is ${settings.publicUrl}; mails need an https address that readers can reach.`,
        )
      }
      return settings.publicUrl
    }),
    lookAtFiles(settings),
  ]
  await post.smtp?.close()
  await database.close()
  // Servers repeat what they were sent.
  const hide = hiderOf(settings)
  return {
    findings: findings.map((one) => ({ ...one, detail: hide(one.detail) })),
    hangs: database.hangs(),
  }
}

/** Whether every user of this machine can read what holds secrets, readers' addresses or the links by which they leave. */
function lookAtFiles(settings: Config): Finding {
  const { root, dkimKey, databaseUrl, dataDir } = settings
  const open = [join(root, '.env'), dkimKey, databaseFile(databaseUrl), join(dataDir, 'outbox')]
    .filter((file) => file !== null && isOpenToAll(file))
    .map((file) => shown(settings, file!))
  const check = 'files'
  if (open.length === 0)
    return { check, state: 'fine', detail: 'what is private is not open to every user here' }
  const detail = `every user of this machine can read ${open.join(', ')}; chmod -R o= ${open.join(' ')} ends that`
  return { check, state: 'warn', detail }
}

/** True of a file or folder that everybody may read, in a folder that everybody may enter. */
function isOpenToAll(path: string): boolean {
  if (!existsSync(path)) return false
  return (statSync(path).mode & 0o004) !== 0 && (statSync(dirname(path)).mode & 0o001) !== 0
}

/** Which feeds need a hand, and whether all wait for one thing; null when all is well. */
async function thoseInNeed(feeds: Feed[], store: Store, now: number): Promise<string | null> {
  const found = await feedHealth({ store, feeds, now: () => now })
  const followed = found.filter(({ condition }) => condition !== 'off')
  const isRead = followed.some(({ state }) => now - (state?.lastSuccessAt ?? 0) <= twoDays)
  if (followed.length > 0 && !isRead)
    return 'none of them was read in the last two days: see that freehold start is running and can reach the network'
  const needs = found.filter(({ needsHand }) => needsHand).length
  return needs === 0 ? null : `${needs} ${needs === 1 ? 'needs' : 'need'} a hand, see freehold feeds health`
}

/** What `work` gives; when that takes as long as learning does, a person is told what it is. */
async function announced<T>(work: Promise<T>): Promise<T> {
  const timer = setTimeout(
    () => remark('The classifier learns from the labels, which takes up to a minute.'),
    readingMs,
  )
  try {
    return await work
  } finally {
    clearTimeout(timer)
  }
}

async function look(
  check: string,
  work: () => Promise<Look>,
  off = 'not configured; messages are written to the outbox folder',
): Promise<Finding> {
  try {
    const detail = await work()
    if (detail === null) return { check, state: 'off', detail: off }
    return typeof detail === 'string'
      ? { check, state: 'fine', detail }
      : { check, state: 'warn', detail: detail.warning }
  } catch (error) {
    if (error instanceof NotKnown) return { check, state: 'off', detail: error.message }
    return { check, state: 'wrong', detail: (error as Error).message }
  }
}
