import { readFile, writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { ConfigError } from '../config.ts'
import { readFeedLists } from '../feeds/index.ts'
import { problemLine } from '../lib/text/index.ts'
import { directions, type Example } from '../model/index.ts'
import {
  type Balance,
  balanceOf,
  checkLabels,
  parseExamples,
  publicExampleFrom,
  teaches,
} from '../wiki/index.ts'
import { openOrEmpty } from './existing-database.ts'
import { print, printJson, remark, table } from './output.ts'
import { config } from './settings.ts'
import { loadWiki, shown } from './wiring.ts'

export function addLabels(program: Command): void {
  const labels = program
    .command('labels')
    .summary('labelled examples: export verdicts, check the files')
    .description('The labelled examples that the classifier learns from.')
  labels
    .command('export')
    .description(
      'Prints the verdicts given with freehold label as JSON Lines to commit as wiki/labels/maintainers.jsonl. ' +
        'Of each text only as much as its feed’s textUse allows: the title, 300 characters, or the whole summary.',
    )
    .option('--out <file>', 'write them to this file; its lines about other items stay')
    .action(exportVerdicts)
  labels
    .command('check')
    .description(
      'Finds what is wrong with the label files and the held-out items: unknown ideas, ids used twice, items that say ' +
        'the same, words that recur; and shows what the labels are made of.',
    )
    .option('--json', 'print as JSON')
    .action(check)
}

async function exportVerdicts(options: { out?: string }): Promise<void> {
  const settings = config()
  const { ideas } = await loadWiki(settings)
  const { feeds } = await readFeedLists(settings.feedsDir, shown(settings, settings.feedsDir))
  const textUses = new Map(feeds.map((feed) => [feed.id, feed.textUse]))
  const store = await openOrEmpty(settings)
  const verdicts = await store.verdicts.list().finally(() => store.close())
  const useful = verdicts.filter((verdict) => teaches(verdict, ideas))
  // Of a feed that has left the lists nobody says any more what its terms allow.
  const examples = useful.map(({ item, labels }) =>
    publicExampleFrom(item, labels, textUses.get(item.feed) ?? 'link'),
  )
  if (verdicts.length === 0) remark('No verdict has been given yet; freehold label shows what waits for one.')
  if (useful.length < verdicts.length) {
    remark(
      `${verdicts.length - useful.length} left out: in a language that the classifier can't read, or of an idea that the wiki no longer has.`,
    )
  }
  if (options.out === undefined) {
    for (const example of examples) print(JSON.stringify(example))
    return
  }
  const kept = await others(options.out, examples, ideas)
  const all = [...kept, ...examples].sort((a, b) => (a.id < b.id ? -1 : 1))
  await writeFile(options.out, all.map((example) => `${JSON.stringify(example)}\n`).join(''))
  print(
    `${examples.length} verdicts written to ${options.out}, beside ${kept.length} other lines that it held.`,
  )
}

/** What a file already says of other items: verdicts that were given on another database. */
async function others(file: string, examples: Example[], ideas: { id: string }[]): Promise<Example[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return ''
  })
  const { examples: held, problems } = parseExamples(text, file, ideas)
  if (problems.length) throw new ConfigError(problems.map(problemLine).join('\n'))
  const ours = new Set(examples.map((example) => example.id))
  return held.filter((example) => !ours.has(example.id))
}

async function check(options: { json?: boolean }): Promise<void> {
  const settings = config()
  const { ideas } = await loadWiki(settings)
  const found = await checkLabels(settings.wikiDir, ideas, shown(settings, settings.wikiDir))
  const balance = balanceOf(found, ideas)
  if (options.json) printJson({ ...balance, heldOut: found.heldOut.length, problems: found.problems })
  else {
    print(balanceText(balance, found.heldOut.length))
    print()
    for (const problem of found.problems) print(problemLine(problem))
    if (found.problems.length === 0) print('All in order.')
  }
  if (found.problems.length) process.exitCode = 1
}

function balanceText(balance: Balance, heldOut: number): string {
  const share = (part: number, whole: number) => `${whole ? Math.round((100 * part) / whole) : 0} %`
  const tallies = (what: string, of: Balance['kinds']) =>
    table([
      [what, 'items', 'no idea', 'title only'],
      ...Object.entries(of).map(([name, one]) => [
        name,
        String(one.items).padStart(5),
        share(one.none, one.items).padStart(5),
        share(one.withoutSummary, one.items).padStart(5),
      ]),
    ])
  const number = (n: number) => String(n).padStart(6)
  return [
    `${balance.items} labelled items to train on, ${heldOut} held out.`,
    table([
      ['idea', ...directions, 'in all'],
      ...Object.entries(balance.ideas).map(([idea, by]) => [
        idea,
        ...directions.map((direction) => number(by[direction])),
        number(directions.reduce((sum, direction) => sum + by[direction], 0)),
      ]),
      ['none', '', '', '', number(balance.none)],
    ]),
    tallies('kind', balance.kinds),
    tallies('file', balance.files),
  ].join('\n\n')
}
