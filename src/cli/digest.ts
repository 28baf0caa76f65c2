import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { composePeriod, createDigest, editorNote, mailPreview, openPeriod, recorded } from '../jobs/index.ts'
import { type Digest, hour, normalEmail, type Period } from '../model/index.ts'
import type { Renderer } from '../render/index.ts'
import type { StoredDigest } from '../store/index.ts'
import { addDigestChecks } from './digest-checks.ts'
import { findIssue, withWorkshop, withWorkshopOrNew } from './digest-desk.ts'
import { addDigestEdit } from './digest-edit.ts'
import { addDigestList } from './digest-list.ts'
import { addDigestSending } from './digest-sending.ts'
import { Failure } from './failure.ts'
import { columns, print, printJson, printRendered, shortTime, wantsColour } from './output.ts'
import { config, readTime } from './settings.ts'
import type { Workshop } from './wiring.ts'

const formats = ['text', 'html', 'discord', 'json'] as const
type Format = (typeof formats)[number]

interface ShowOptions {
  format: Format
  since?: string
  until?: string
}

interface PreviewOptions extends ShowOptions {
  to?: string
  open?: boolean
}

export function addDigest(program: Command): void {
  const digest = program
    .command('digest')
    .summary(
      'the digest: preview, create, edit, verify, explain, show, list, hold, send, pause, cancel, correct',
    )
    .description('The digest. preview stores and sends nothing; create freezes it; sending is separate.')
  addDigestChecks(digest)
  addDigestEdit(digest)
  addDigestList(digest)
  addDigestSending(digest)

  withPeriod(withFormat(digest.command('preview')))
    .description(
      'Shows what the next digest would say now. Stores nothing; sends nothing but, with --to, one mail to that address.',
    )
    .option('--to <address>', 'sends it as a mail to this address, to be looked at')
    .option('--open', 'writes the page to DATA_DIR/preview.html, to be looked at in a browser')
    .action((options: PreviewOptions) =>
      withWorkshop(async ({ way }) => {
        const to = options.to === undefined ? null : normalEmail(options.to)
        if (options.to !== undefined && to === null)
          throw new Failure(`--to ${options.to} is no e-mail address.`)
        const period = await openPeriod(way, givenPeriod(options))
        const { digest: preview } = await composePeriod(way, period, options.since === undefined)
        if (to === null && !options.open) show(way.renderer, preview, options.format)
        if (to !== null) await sendPreview(way, preview, to)
        if (options.open) await writePreview(way.renderer, preview)
      }),
    )

  withPeriod(withFormat(digest.command('create')))
    .description('Freezes the digest of the time since the last one under the next number. Sends nothing.')
    .action((options: ShowOptions) =>
      withWorkshopOrNew(async ({ way }) => {
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
          tellOfDesks(way, run.done)
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
}

/** Where editors can look at an issue that was made by hand; nothing where there are none. */
function tellOfDesks(way: Workshop['way'], issue: StoredDigest): void {
  const { editors } = way.post
  if (editors.length === 0) return
  // The service shows editors what is held and what waits for them; this waits for whoever made it.
  print(
    issue.held === null
      ? '\nNobody has been told of it. Editors can look at it, change it and release it here:'
      : '\nThe service tells the editors. They can look at it, change it and release it here:',
  )
  for (const editor of editors) print(`  ${editor}: ${editorNote(way, issue, editor).deskUrl}`)
}

/** Sends a preview by mail. Throws a Failure that says what the mail server answered. */
async function sendPreview(way: Workshop['way'], digest: Digest, to: string): Promise<void> {
  const receipt = await mailPreview(way, digest, to)
  if (receipt.outcome !== 'sent') throw new Failure(`The preview was not sent: ${receipt.error}`)
  print(
    way.post.smtp
      ? `The preview is on its way to ${to}.`
      : `SMTP_URL is not set: the mail was written to ${receipt.receipt}.`,
  )
}

/** Writes the page of a preview with its styles in it, so that it can be looked at without a server. */
async function writePreview(renderer: Renderer, digest: Digest): Promise<void> {
  const { dataDir, templatesDir } = config()
  const css = await readFile(join(templatesDir, 'freehold.css'), 'utf8')
  const page = renderer
    .digestPage(digest)
    .replace(/<link rel="stylesheet"[^>]*>/, () => `<style>${css}</style>`)
  const file = join(dataDir, 'preview.html')
  await mkdir(dataDir, { recursive: true })
  await writeFile(file, page)
  print(file)
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
      'from then on: 2026-03-09, or 7d for seven days ago; without it, from the end of the last digest',
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
  else printRendered(renderer.text(digest, { width: columns(), colour: wantsColour() }))
}
