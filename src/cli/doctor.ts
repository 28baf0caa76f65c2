import type { Command } from 'commander'
import type { Config } from '../config.ts'
import { createSigner } from '../lib/sign/index.ts'
import { print, printJson } from './output.ts'
import { config } from './settings.ts'
import { loadFeeds, loadWiki, openDatabase, openLlm, openPostOffice, openRefined } from './wiring.ts'

interface Finding {
  check: string
  state: 'fine' | 'off' | 'wrong'
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
          print(`${marks[state]} ${check.padEnd(11)} ${detail}`)
      if (findings.some(({ state }) => state === 'wrong')) process.exitCode = 1
    })
}

const marks = { fine: '✓', off: '–', wrong: '✗' }

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
      return `${feeds.filter((feed) => feed.enabled).length} feeds, ${feeds.filter((feed) => !feed.enabled).length} switched off`
    }),
    await look('database', async () => {
      const store = await openDatabase(settings)
      try {
        return `${settings.databaseUrl.startsWith('sqlite:') ? 'SQLite' : 'PostgreSQL'}, ${await store.items.count()} items`
      } finally {
        await store.close()
      }
    }),
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
  ]
  await post.smtp?.close()
  return findings
}

async function look(
  check: string,
  work: () => Promise<string | null>,
  off = 'not configured; messages are written to the outbox folder',
): Promise<Finding> {
  try {
    const detail = await work()
    return detail === null ? { check, state: 'off', detail: off } : { check, state: 'fine', detail }
  } catch (error) {
    return { check, state: 'wrong', detail: (error as Error).message }
  }
}
