import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { type Config, readConfig } from '../config.ts'
import { readFeedLists } from '../feeds/index.ts'
import { classify, createDigest, deliver, ingest } from '../jobs/index.ts'
import { startTicking } from '../lib/schedule/index.ts'
import type { Digest } from '../model/index.ts'
import { placeOf } from '../store/index.ts'
import { serveSampleFeeds } from './demo-feeds.ts'
import { Failure } from './failure.ts'
import { openLog } from './log.ts'
import { columns, print, printRendered, remark, wantsColour } from './output.ts'
import { progressBar } from './progress.ts'
import { checkout } from './settings.ts'
import { openPages } from './start.ts'
import { openWorkshop, shown, type Workshop } from './wiring.ts'

/** The sample feeds were written for this Monday morning: they are read at a quarter to nine, the digest is made at nine. */
const readAt = Date.parse('2026-03-16T08:45:00Z')
const madeAt = Date.parse('2026-03-16T09:00:00Z')
const reader = 'reader@example.org'

export function addDemo(program: Command): void {
  program
    .command('demo')
    .summary('the whole main job on sample feeds')
    .description(
      'Runs the whole main job on the bundled sample feeds, with no account and no network: fetch, classify, compose,\n' +
        'deliver to files. Reads no .env and inherits no setting; its data is kept apart, under data/demo.',
    )
    .option('--serve', 'keep the web pages up until Ctrl-C')
    .option(
      '--database <url>',
      'a database of its own to use in place of a file, as DATABASE_URL is written; files go to data/demo-database',
    )
    .action(async (options: { serve?: boolean; database?: string }) => {
      const settings = demoConfig(options.database)
      const feeds = await serveSampleFeeds(join(checkout, 'feeds', 'sample'))
      try {
        await runDemo(settings, feeds.origin, options)
      } finally {
        await feeds.close()
      }
    })
}

/** Settings of the demo's own; whatever an installation has set stays out of it. */
function demoConfig(database: string | undefined): Config {
  const own =
    database === undefined
      ? { DATA_DIR: 'data/demo' }
      : { DATA_DIR: 'data/demo-database', DATABASE_URL: database }
  return readConfig({
    root: checkout,
    env: { ...own, ALLOW_PRIVATE_NETWORK: 'true', LOG_LEVEL: 'silent', PORT: '8080' },
  })
}

async function runDemo(
  settings: Config,
  origin: string,
  { serve, database }: { serve?: boolean; database?: string },
): Promise<void> {
  const feedsDir = join(settings.dataDir, 'feeds')
  await mkdir(feedsDir, { recursive: true })
  const list = await readFile(join(checkout, 'feeds', 'sample', 'sample.yaml'), 'utf8')
  await writeFile(join(feedsDir, 'sample.yaml'), list.replaceAll('http://sample.example', origin))
  const { feeds } = await readFeedLists(feedsDir)
  let clock = readAt
  const workshop = await openWorkshop(settings, {
    log: openLog(settings, 'command'),
    now: () => clock,
    hostGapMs: 0,
    feeds,
  })
  try {
    const { way } = workshop
    if (database !== undefined) await refuseOthers(workshop)
    const read = await step('Reading feeds', (progress) => ingest(way, { all: true, progress }))
    remark(
      `Read ${read.feeds.due} feeds over HTTP: ${read.items.seen} items, ${read.items.new} of them new; ${read.feeds.failed} failed.`,
    )
    for (const { feed, error } of read.errors) remark(`  ${feed}: ${error}`)
    if (!existsSync(join(settings.dataDir, 'models'))) {
      remark('Training the classifier from the labels in wiki/labels; it takes some seconds and is kept.')
    }
    const judged = await step('Classifying', (progress) => classify(way, { progress }))
    const by = (await way.classifier()).by
    remark(
      `Classified ${judged.judged} items with ${by}: ${judged.labelled} bear on an idea, ${judged.unsupported} not in English.`,
    )

    clock = madeAt
    await way.store.subscribers.add(reader, { confirmed: true, now: way.now() })
    const last = await way.store.digests.last()
    const made = last && last.until >= way.now() ? last : await createDigest(way, { release: true })
    if (made === last) remark(`Issue ${made.number} was made by an earlier run and stands as it is.`)
    const sent = await step('Delivering', (progress) => deliver(way, { progress }))
    remark(
      sent.sent
        ? `Delivered ${sent.sent} messages to files.`
        : 'Nothing to deliver: everything went out before.',
    )

    print()
    printRendered(way.renderer.text(made.digest, { width: columns(), colour: wantsColour() }))
    print()
    await leaveFiles(workshop, settings, made.digest)
    if (serve) await keepServing(workshop, settings)
    else {
      const same = settings.databaseUrl.startsWith('postgres') ? ' --database URL' : ''
      print(`\nTo click through the pages: npm run demo -- --serve${same}`)
    }
  } finally {
    await workshop.close()
  }
}

/** Whoever names the database of an installation by mistake must not find sample news in the next issue. */
async function refuseOthers({ way: { store } }: Workshop): Promise<void> {
  const { confirmed, unconfirmed, gone } = await store.subscribers.count()
  const stored = [confirmed, unconfirmed, gone, await store.items.count(), await store.digests.count()]
  const isEmpty = stored.every((n) => n === 0)
  if ((await store.settings.getOrSet('demo', () => (isEmpty ? 'yes' : 'no'))) === 'yes') return
  throw new Failure(
    'That database is in use for more than the demo, which needs one of its own: an empty one.',
  )
}

async function step<T>(
  what: string,
  work: (progress: ReturnType<typeof progressBar>['update']) => Promise<T>,
) {
  const bar = progressBar(what)
  try {
    return await work(bar.update)
  } finally {
    bar.end()
  }
}

/** Writes the pages that can be opened without a server, and says where everything is. */
async function leaveFiles({ way }: Workshop, settings: Config, digest: Digest): Promise<void> {
  const css = await readFile(join(settings.templatesDir, 'freehold.css'), 'utf8')
  const page = way.renderer
    .digestPage(digest)
    .replace(/<link rel="stylesheet"[^>]*>/, () => `<style>${css}</style>`)
  const pageFile = join(settings.dataDir, `digest-${digest.number}.html`)
  await writeFile(pageFile, page)
  const mail = way.renderer.email(digest, {
    unsubscribeUrl: `mailto:${way.post.mailAddress}?subject=unsubscribe`,
  })
  const mailFile = join(settings.dataDir, `digest-${digest.number}-mail.html`)
  await writeFile(mailFile, mail.html)

  const messages = (await way.store.deliveries.list({ digest: digest.number ?? 0 })).map((one) => [
    one.medium,
    one.receipt,
  ])
  const of = (medium: string) => messages.filter(([m]) => m === medium).map(([, receipt]) => receipt ?? '')
  const rows: [string, string][] = [
    ...of('email').map((file): [string, string] => ['E-mail, as sent', file]),
    ['E-mail, its HTML', mailFile],
    ...of('discord').map((file): [string, string] => ['Discord message', file]),
    ['Web page', pageFile],
  ]
  const places = rows.map(([what, file]): [string, string] => [what, shown(settings, file)])
  const database = placeOf(settings.databaseUrl)
  if (database) places.push(['Database', database.file ? shown(settings, database.file) : database.name])
  for (const [what, place] of places) print(`${what.padEnd(17)} ${place}`)
}

async function keepServing(workshop: Workshop, settings: Config): Promise<void> {
  const pages = await openPages(workshop, settings, workshop.way.log)
  print(`\nThe pages are up at ${pages.url} until you press Ctrl-C.`)
  const outbox = shown(settings, join(settings.dataDir, 'outbox'))
  print(`Mails that their forms send come as files into ${outbox}.`)
  let last: Promise<unknown> = Promise.resolve()
  const ticker = startTicking(async () => {
    const sending = deliver(workshop.way)
    last = sending
    const { sent } = await sending
    if (sent > 0) remark(`${sent === 1 ? 'One more message is' : `${sent} more messages are`} in ${outbox}.`)
  })
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  ticker.stop()
  await Promise.all([pages.close(), last])
}
