import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { type Config, ConfigError } from '../config.ts'
import {
  checkLists,
  editFor,
  type FeedFile,
  type FeedLists,
  type Finding,
  planEdits,
  readFeedLists,
  type Severity,
  severities,
  sortFindings,
} from '../feeds/index.ts'
import { type CheckReport, checkFeeds } from '../jobs/index.ts'
import { next } from '../lib/schedule/index.ts'
import type { Feed } from '../model/index.ts'
import { openExisting } from './existing-database.ts'
import { Failure } from './failure.ts'
import {
  annotation,
  apart,
  type CheckSummary,
  findingLine,
  findingsMarkdown,
  summary,
} from './feeds-findings.ts'
import { changedSince } from './feeds-since.ts'
import { columns, hanging, print, printJson, remark } from './output.ts'
import { progressBar } from './progress.ts'
import { config } from './settings.ts'
import { openFinder, shown } from './wiring.ts'

interface Options {
  online?: boolean
  feed?: string
  since?: string
  apply?: boolean
  strict?: boolean
  json?: boolean
  markdown?: boolean
}

export function addCheck(feeds: Command): void {
  feeds
    .command('check')
    .description(
      'Checks the lists: fields, ids, URLs, patterns, https, private hosts; with file, line and field. Online it fetches the feeds as well, and suggests an edit for what it finds.',
    )
    .option('--online', 'fetch each feed once and judge what comes')
    .option('--feed <id>', 'fetch just this one')
    .option('--since <ref>', 'fetch just those whose entries differ from this commit')
    .option('--apply', 'write what errors and warnings suggest into the files, a hunk for each feed')
    .option('--strict', 'end with exit code 1 on warnings too')
    .option('--json', 'print as JSON')
    .option('--markdown', 'print a report as Markdown')
    .action(async (options: Options) => {
      for (const name of ['feed', 'since', 'apply'] as const) {
        if (options[name] !== undefined && !options.online)
          throw new ConfigError(`--${name} is for feeds that are fetched; say --online as well.`)
      }
      if (options.json && options.markdown) throw new ConfigError('Say --json or --markdown, not both.')
      await check(config(), options)
    })
}

async function check(settings: Config, options: Options): Promise<void> {
  const lists = await readFeedLists(settings.feedsDir, shown(settings, settings.feedsDir))
  const offline = checkLists(lists, {
    allowPrivate: settings.allowPrivateNetwork,
    looksEveryMs: timeBetweenLooks(settings),
  })
  const chosen = options.online ? await choose(settings, lists, options) : []
  const online = options.online ? await lookAt(settings, lists, chosen) : null
  const asked = new Set(chosen.map(({ id }) => id))
  const isAll = options.feed === undefined && options.since === undefined
  const findings = sortFindings([
    ...offline.filter((one) => {
      if (one.kind === 'list' || one.feed === null) return true
      // Looking tells more of plain http: whether https would do.
      if (one.kind === 'http' && asked.has(one.feed)) return false
      return isAll || asked.has(one.feed)
    }),
    ...(online?.findings ?? []),
  ])
  const plan = options.apply ? planEdits(lists.files, findings) : null
  for (const { path, text } of plan?.files ?? []) {
    if (lists.files.some((file) => file.path === path && file.text !== text)) await writeFile(path, text)
  }
  const report = {
    findings,
    feeds: lists.feeds.length,
    looked: online ? online.looked : null,
    open: online?.open ?? [],
    leftOut: lists.leftOut,
  }
  if (options.json) printJson(jsonOf(lists, report, plan))
  else if (options.markdown) print(findingsMarkdown(report, (one) => hunkFor(lists.files, one)))
  else printText(lists.files, report, plan)
  if (process.env.GITHUB_ACTIONS === 'true') {
    // GitHub reads both streams; what is to be parsed stays alone on its own.
    const write = options.json || options.markdown ? remark : print
    for (const finding of findings) write(annotation(finding))
  }
  const fatal: Severity[] = options.strict ? ['error', 'warning'] : ['error']
  if (findings.some(({ severity }) => fatal.includes(severity)) || plan?.refused.length) process.exitCode = 1
}

/** The least time between two looks which feeds are due, ms. */
function timeBetweenLooks({ scheduleIngest, timezone }: Config): number {
  const cadence = { expression: scheduleIngest, zone: timezone }
  let least = Number.POSITIVE_INFINITY
  let at = next(cadence, Date.now())
  for (let i = 0; i < 24 && at !== null; i++) {
    const after = next(cadence, at)
    if (after !== null) least = Math.min(least, after - at)
    at = after
  }
  return least
}

type Plan = ReturnType<typeof planEdits>

/** The feeds to be fetched. Throws a Failure where none is meant by what was said. */
async function choose(settings: Config, lists: FeedLists, options: Options): Promise<Feed[]> {
  const { feed: id, since } = options
  if (id !== undefined) {
    const found = lists.feeds.find((feed) => feed.id === id)
    if (!found) throw new Failure(`No feed has the id ${id}; freehold feeds list shows them.`)
    return [found]
  }
  const enabled = lists.feeds.filter((feed) => feed.enabled)
  if (since === undefined) return enabled
  const changed = await changedSince(settings.feedsDir, lists.files, since)
  return enabled.filter((feed) => changed.has(feed.id))
}

async function lookAt(settings: Config, lists: FeedLists, feeds: Feed[]): Promise<CheckReport> {
  if (feeds.length === 0) return { looked: 0, findings: [], open: [], outage: false }
  const { finder, close } = openFinder(settings)
  const { store, missing } = await openExisting(settings)
  const bar = progressBar('Looking at feeds')
  try {
    const { files, feeds: followed } = lists
    const report = await checkFeeds({ finder, files, followed, feeds, store, progress: bar.update })
    bar.end()
    if (report.outage) {
      throw new Failure(
        'No feed could be reached: this machine seems to be off the network, and nothing can be said of them.',
      )
    }
    return missing === null ? report : { ...report, open: [missing, ...report.open] }
  } finally {
    bar.end()
    await store?.close()
    await close()
  }
}

function jsonOf(
  lists: FeedLists,
  { findings, feeds, looked, open, leftOut }: CheckSummary,
  plan: Plan | null,
): object {
  const counts = Object.fromEntries(
    severities.map((severity) => [
      `${severity}s`,
      findings.filter((one) => one.severity === severity).length,
    ]),
  )
  return {
    feeds,
    leftOut,
    // What keeps a list or a feed from being read; the errors that need no fetching.
    problems: findings
      .filter(({ kind }) => kind === 'list' || kind === 'private')
      .map(({ file, line, field, message }) => ({ file, line, field, message })),
    ...(looked === null ? {} : { looked }),
    ...counts,
    findings: findings.map(({ suggestion: _, ...finding }, i) => ({
      ...finding,
      edit: hunkFor(lists.files, findings[i]!),
    })),
    ...(looked === null ? {} : { notJudged: open }),
    ...(plan
      ? {
          applied: plan.edits.map(({ feed, edit }) => ({ feed, file: edit.file, hunk: edit.hunk })),
          refused: plan.refused,
        }
      : {}),
  }
}

function printText(files: FeedFile[], report: CheckSummary, plan: Plan | null): void {
  const { findings, open } = report
  const width = columns()
  const { alike, others } = plan ? { alike: null, others: findings } : apart(findings)
  for (const finding of others) {
    print(hanging(findingLine(finding), width, '  '))
    const hunk = plan ? null : hunkFor(files, finding)
    if (hunk) print(`\n${hunk}\n`)
  }
  if (alike) print(hanging(alike, width, '  '))
  for (const sentence of open) {
    print(`${findings.length ? '\n' : ''}${hanging(`Not judged: ${sentence}`, width, '  ')}`)
  }
  if (findings.length || open.length) print()
  print(hanging(summary(report), width))
  if (!plan) {
    const some = findings.filter(({ severity, suggestion }) => suggestion && severity !== 'note').length
    if (some) print('--apply writes the edits of errors and warnings into the files.')
    return
  }
  for (const { edit } of plan.edits) print(`\n${edit.hunk}`)
  for (const sentence of plan.refused) remark(sentence)
  const n = plan.edits.length
  print(
    `\n${n === 0 ? 'Nothing was written.' : `Written: ${n} ${n === 1 ? 'entry' : 'entries'}. Look at git diff before you commit.`}`,
  )
}

/** The edit of a finding as a hunk; null without one, or where it can't be made. */
function hunkFor(files: FeedFile[], { feed, suggestion }: Finding): string | null {
  if (feed === null || suggestion === null) return null
  const edit = editFor(files, feed, suggestion)
  return edit.kind === 'edit' ? edit.hunk : null
}
