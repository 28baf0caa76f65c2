import type { Command } from 'commander'
import { composePeriod, createDigest, deliver, openPeriod, recorded } from '../jobs/index.ts'
import { type Digest, hour, type Medium, media, type Period } from '../model/index.ts'
import type { Renderer } from '../render/index.ts'
import type { StoredDigest } from '../store/index.ts'
import { addDigestChecks } from './digest-checks.ts'
import { findIssue, withWorkshop } from './digest-desk.ts'
import { Failure } from './failure.ts'
import { columns, print, printJson, shortTime, table, wantsColour } from './output.ts'
import { progressBar } from './progress.ts'
import { readTime } from './settings.ts'
import type { Workshop } from './wiring.ts'

const formats = ['text', 'html', 'discord', 'json'] as const
type Format = (typeof formats)[number]

interface ShowOptions {
  format: Format
  since?: string
  until?: string
}

export function addDigest(program: Command): void {
  const digest = program
    .command('digest')
    .summary('the digest: preview, create, verify, explain, show, list, send, hold, correct')
    .description('The digest. preview stores and sends nothing; create freezes it; sending is separate.')
  addDigestChecks(digest)

  withPeriod(withFormat(digest.command('preview')))
    .description('Shows what the next digest would say now. Stores and sends nothing.')
    .action((options: ShowOptions) =>
      withWorkshop(async ({ way }) => {
        const period = await openPeriod(way, givenPeriod(options))
        const { digest: preview } = await composePeriod(way, period, options.since === undefined)
        show(way.renderer, preview, options.format)
      }),
    )

  withPeriod(withFormat(digest.command('create')))
    .description('Freezes the digest of the time since the last one under the next number. Sends nothing.')
    .action((options: ShowOptions) =>
      withWorkshop(async ({ way }) => {
        await refuseTooSoon(way, options)
        const run = await recorded(
          way,
          'digest',
          () => createDigest(way, { release: false, period: givenPeriod(options) }),
          ({ number, digest: made }) => ({ digest: number, read: made.read, told: made.read - made.leftOut }),
        )
        if (run === null)
          throw new Failure('Another process is making a digest; freehold jobs list shows since when.')
        if ('failed' in run) throw new Failure(run.failed)
        show(way.renderer, run.done.digest, options.format)
        if (options.format === 'text') {
          const { number, held } = run.done
          print(
            held === null
              ? `\nFrozen as issue ${number}. freehold digest send ${number} sends it.`
              : `\nFrozen as issue ${number} and held: ${held}\nfreehold digest send ${number} sends it all the same.`,
          )
        }
      }),
    )

  withFormat(digest.command('show').argument('[number]', 'issue number; the last one without it'))
    .description('Shows a digest that was made.')
    .action((number: string | undefined, options: ShowOptions) =>
      withWorkshop(async ({ way }) =>
        show(way.renderer, (await findIssue(way, number)).digest, options.format),
      ),
    )

  digest
    .command('list')
    .description('Lists the digests, newest first, with what became of their messages.')
    .option('--json', 'print as JSON')
    .action((options: { json?: boolean }) =>
      withWorkshop(async ({ way }) => {
        const all = await way.store.digests.list()
        const rows = await Promise.all(
          all.map(async (one) => ({ one, counts: await way.store.deliveries.counts(one.number) })),
        )
        if (options.json) {
          printJson(rows.map(({ one, counts }) => ({ ...summary(one), deliveries: counts })))
          return
        }
        if (rows.length === 0) {
          print('No digest has been made yet; freehold digest preview shows what the first would say.')
          return
        }
        const cells = rows.map(({ one, counts }) => [
          String(one.number),
          shortTime(one.since),
          shortTime(one.until),
          one.releasedAt !== null ? 'released' : one.held !== null ? 'held' : 'not released',
          counts.map(({ medium, state, n }) => `${medium} ${state} ${n}`).join(', '),
        ])
        print(table([['issue', 'since (UTC)', 'until (UTC)', 'state', 'messages'], ...cells]))
      }),
    )

  digest
    .command('send')
    .argument('[number]', 'issue number; the last one without it')
    .description(
      'Releases a digest and sends what is due of it: to confirmed subscribers and the configured channel.\n' +
        'Running it again sends nothing twice. Messages whose outcome is unknown go out again only with --resend-unknown.',
    )
    .option('--resend-unknown <medium>', `send again what is unknown: ${media.join(' or ')}`)
    .option('--json', 'print as JSON')
    .action((number: string | undefined, options: { resendUnknown?: string; json?: boolean }) =>
      withWorkshop(async ({ way }) => {
        const stored = await findIssue(way, number)
        await way.store.digests.release(stored.number, way.now())
        if (options.resendUnknown !== undefined) {
          const medium = options.resendUnknown as Medium
          if (!media.includes(medium)) throw new Failure(`--resend-unknown takes ${media.join(' or ')}.`)
          await way.store.deliveries.resendUnknown(stored.number, medium, way.now())
        }
        const bar = progressBar('Sending')
        const run = await recorded(
          way,
          'deliver',
          () => deliver(way, { progress: bar.update }),
          (report) => ({ ...report }),
        )
        bar.end()
        if (run === null)
          throw new Failure('The service is sending already; freehold digest list shows how far it is.')
        if ('failed' in run) throw new Failure(run.failed)
        const counts = await way.store.deliveries.counts(stored.number)
        if (options.json) printJson({ digest: stored.number, now: run.done, deliveries: counts })
        else {
          print(`Issue ${stored.number}: ${run.done.sent} messages went out now.`)
          for (const { medium, state, n } of counts) print(`  ${medium}: ${n} ${state}`)
          if (!counts.some(({ medium }) => medium === 'email'))
            print('  email: nobody is subscribed and confirmed')
          if (!way.post.smtp) print('SMTP_URL is not set: mails were written to the outbox folder, not sent.')
          if (!way.post.discord)
            print('DISCORD_TOKEN is not set: posts were written to the outbox folder, not sent.')
          if (counts.some(({ state }) => state === 'unknown')) {
            print(
              'The outcome of some is unknown: their body had begun to go out when the connection or the process ended.',
            )
            print('They are sent again only by your word: --resend-unknown email.')
          }
        }
        if (counts.some(({ state }) => state === 'failed' || state === 'unknown')) process.exitCode = 1
      }),
    )
}

/** A second issue right after the first would be all but empty; it takes a period said on purpose. */
async function refuseTooSoon(way: Workshop['way'], options: ShowOptions): Promise<void> {
  const last = await way.store.digests.last()
  if (!last || options.since !== undefined || options.until !== undefined) return
  if (way.now() - last.until >= hour) return
  throw new Failure(
    `Issue ${last.number} reaches to ${shortTime(last.until)} UTC; another would be all but empty. ` +
      'Wait, or give the period with --since.',
  )
}

function withFormat(command: Command): Command {
  return command.option('--format <format>', formats.join(', '), readFormat, 'text' as Format)
}

function withPeriod(command: Command): Command {
  return command
    .option(
      '--since <time>',
      'from then on: 2026-03-09, or 7d ago; without it, from the end of the last digest',
    )
    .option('--until <time>', 'up to then; without it, until now')
}

function readFormat(value: string): Format {
  if (formats.includes(value as Format)) return value as Format
  throw new Failure(`--format takes ${formats.join(', ')}.`)
}

function givenPeriod(options: ShowOptions): Partial<Period> {
  const until = options.until === undefined ? undefined : readTime(options.until, '--until')
  const since = options.since === undefined ? undefined : readTime(options.since, '--since')
  return { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) }
}

function show(renderer: Renderer, digest: Digest, format: Format): void {
  if (format === 'json') printJson(renderer.json(digest))
  else if (format === 'discord') printJson(renderer.discord(digest))
  else if (format === 'html') print(renderer.digestPage(digest))
  else print(renderer.text(digest, { width: columns(), colour: wantsColour() }))
}

function summary(one: StoredDigest) {
  const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString())
  return {
    number: one.number,
    since: iso(one.since),
    until: iso(one.until),
    createdAt: iso(one.createdAt),
    releasedAt: iso(one.releasedAt),
    held: one.held,
    corrections: one.corrections,
    stories: one.digest.sections.reduce((n, section) => n + section.stories.length, 0),
  }
}
