import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import type { Config } from '../config.ts'
import { feedHealth } from '../jobs/index.ts'
import { createSigner } from '../lib/sign/index.ts'
import type { Feed } from '../model/index.ts'
import type { Store } from '../store/index.ts'
import { backupsDir, lastBackup } from './backup-files.ts'
import { type Look, lookAtDisk, lookAtJobs, lookAtMessages } from './doctor-work.ts'
import { openExisting } from './existing-database.ts'
import { columns, hanging, print, printJson } from './output.ts'
import { hiderOf } from './secrets.ts'
import { config } from './settings.ts'
import { loadFeeds, loadWiki, openDatabase, openLlm, openPostOffice, openRefined, shown } from './wiring.ts'

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
      const findings = await examine(config())
      if (options.json) printJson(findings)
      else
        for (const { check, state, detail } of findings)
          print(hanging(`${marks[state]} ${check.padEnd(11)} ${detail}`, columns(), ' '.repeat(14)))
      if (findings.some(({ state }) => state === 'wrong')) process.exitCode = 1
    })
}

const marks = { fine: '✓', off: '–', warn: '!', wrong: '✗' }

async function examine(settings: Config): Promise<Finding[]> {
  const post = openPostOffice(settings, createSigner(settings.secret ?? 'nothing is signed while looking'))
  const findings = [
    await look('wiki', async () => {
      const { pages, ideas } = await loadWiki(settings)
      const classifier = await openRefined(settings, ideas)
      return `${pages.length} pages, ${ideas.length} key ideas; classifier ${classifier.by}`
    }),
    await look('feeds', async () => {
      const feeds = await loadFeeds(settings)
      const on = feeds.filter((feed) => feed.enabled).length
      const detail = `${on} feeds, ${feeds.length - on} switched off`
      const needs = await thoseInNeed(settings, feeds)
      return needs === '' ? detail : { warning: `${detail}; ${needs}` }
    }),
    await look('database', async () => {
      const store = await openDatabase(settings)
      try {
        return `${settings.databaseUrl.startsWith('sqlite:') ? 'SQLite' : 'PostgreSQL'}, ${await store.items.count()} items`
      } finally {
        await store.close()
      }
    }),
    await look('disk', () => lookAtDisk(settings.dataDir)),
    await look(
      'jobs',
      () => withStore(settings, null, lookAtJobs),
      'none has run yet; freehold start runs them',
    ),
    await look('messages', () => withStore(settings, null, lookAtMessages), 'none were to be sent yet'),
    await look(
      'backup',
      () => lastBackup(backupsDir(settings), Date.now()),
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
  // Servers repeat what they were sent.
  const hide = hiderOf(settings)
  return findings.map((one) => ({ ...one, detail: hide(one.detail) }))
}

/** Whether every user of this machine can read what holds secrets, readers' addresses or the links by which they leave. */
function lookAtFiles(settings: Config): Finding {
  const { root, dkimKey, databaseUrl, dataDir } = settings
  const database = databaseUrl.startsWith('sqlite:') ? databaseUrl.slice('sqlite:'.length) : null
  const open = [join(root, '.env'), dkimKey, database, join(dataDir, 'outbox')]
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

/** How many feeds need a hand; nothing where there is no database to tell. */
function thoseInNeed(settings: Config, feeds: Feed[]): Promise<string> {
  return withStore(settings, '', async (store, now) => {
    const found = await feedHealth({ store, feeds, now: () => now })
    const needs = found.filter(({ needsHand }) => needsHand).length
    return needs === 0 ? '' : `${needs} ${needs === 1 ? 'needs' : 'need'} a hand, see freehold feeds health`
  })
}

/** What a look at the database says; `without` where there is none. */
async function withStore<T>(
  settings: Config,
  without: T,
  ask: (store: Store, now: number) => Promise<T>,
): Promise<T> {
  const { store } = await openExisting(settings)
  if (!store) return without
  try {
    return await ask(store, Date.now())
  } finally {
    await store.close()
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
    return { check, state: 'wrong', detail: (error as Error).message }
  }
}
