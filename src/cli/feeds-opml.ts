import { readFile, writeFile } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import { fromOpml, type ImportLine, type ImportPlan, planImport, toOpml } from '../feeds/index.ts'
import { type LookedAt, lookAtFeeds } from '../jobs/index.ts'
import { type FeedKind, feedKinds } from '../model/index.ts'
import { Failure } from './failure.ts'
import { agreed } from './feeds-edit.ts'
import { print, printJson } from './output.ts'
import { progressBar } from './progress.ts'
import { config } from './settings.ts'
import { loadLists, openFinder, shown } from './wiring.ts'

interface ImportOptions {
  group?: string
  kind?: FeedKind
  check?: boolean
  dryRun?: boolean
  json?: boolean
}

export function addExport(feeds: Command): void {
  feeds
    .command('export')
    .description(
      'Prints the lists as OPML 2.0, which any feed reader takes and npx freehold feeds import takes back without loss; sorted, so that the same lists give the same bytes.',
    )
    .addOption(new Option('--opml', 'as OPML (the default)').conflicts('json'))
    .option('--json', 'print as JSON')
    .action(async (options: { json?: boolean }) => {
      const { files } = await loadLists(config())
      if (options.json) printJson(files.map(({ file, group, entries }) => ({ file, group, feeds: entries })))
      else print(toOpml(files).trimEnd())
    })
}

export function addImport(feeds: Command): void {
  feeds
    .command('import')
    .argument('<file>', 'OPML of any feed reader')
    .description(
      'Writes the feeds of an OPML file into the lists: into the groups that its folders name, new ones in files of their own. Says of each that is left out why. Nothing is fetched.',
    )
    .option('--group <name>', 'put all of them into this group')
    .addOption(new Option('--kind <kind>', 'what sort of publishers they are').choices(feedKinds))
    .option('--check', 'fetch each, leave out what is no feed, and take the language from what it says')
    .option('--dry-run', 'say what would be done and change nothing')
    .option('--json', 'print as JSON')
    .action(importFile)
}

async function importFile(name: string, options: ImportOptions): Promise<void> {
  const settings = config()
  const { files } = await loadLists(settings)
  const text = await readFile(name).catch((error: NodeJS.ErrnoException) => {
    throw new Failure(`${name} can't be read (${error.code}).`)
  })
  const { feeds } = agreed(fromOpml(new TextDecoder().decode(text), name))
  const wish = {
    ...(options.group === undefined ? {} : { group: options.group }),
    ...(options.kind === undefined ? {} : { kind: options.kind }),
    dir: settings.feedsDir,
    shown: shown(settings, settings.feedsDir),
  }
  let plan = agreed(planImport(files, feeds, wish))
  if (options.check) {
    const looked = await check(plan)
    plan = agreed(planImport(files, feeds, { ...wish, looked }))
  }
  if (!options.dryRun) for (const { path, text } of plan.files) await writeFile(path, text)
  report(name, plan, options)
}

async function check(plan: ImportPlan): Promise<Map<string, LookedAt>> {
  const { finder, close } = openFinder(config())
  const bar = progressBar('Looking at feeds')
  try {
    const urls = plan.lines.flatMap(({ outcome, url }) => (outcome === 'added' && url ? [url] : []))
    return await lookAtFeeds(finder, urls, bar.update)
  } finally {
    bar.end()
    await close()
  }
}

function report(name: string, { lines, files }: ImportPlan, options: ImportOptions): void {
  const count = (outcome: ImportLine['outcome']) => lines.filter((line) => line.outcome === outcome).length
  if (count('refused') > 0) process.exitCode = 1
  if (options.json) {
    const changed = files.map(({ file, isNew }) => ({ file, isNew }))
    printJson({ added: count('added'), lines, files: changed, written: !options.dryRun })
    return
  }
  for (const { line, url, title, message } of lines) {
    print(`${name}:${line}: ${url ?? (title || 'an outline')} ${message.replace(/\.$/, '')}.`)
  }
  if (lines.length > 0) print()
  const added = count('added')
  const verb = options.dryRun ? 'would be added' : added === 1 ? 'was added' : 'were added'
  const left = [
    [count('known'), 'followed already'],
    [count('noFeed'), 'no feeds'],
    [count('refused'), 'waiting for a word of yours'],
  ] as const
  const rest = left.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`)
  print(`${added} of ${lines.length} ${verb}${rest.length ? `; ${rest.join(', ')}` : ''}.`)
}
