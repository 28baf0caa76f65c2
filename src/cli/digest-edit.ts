import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { carryOut } from '../jobs/index.ts'
import { type Digest, type DigestChange, itemsOf } from '../model/index.ts'
import { findIssue, userName, withWorkshop } from './digest-desk.ts'
import { Failure } from './failure.ts'
import { columns, print, printJson, printRendered, wantsColour } from './output.ts'

interface EditOptions {
  lead?: string
  leadFile?: string
  composedLead?: boolean
  drop: string[]
  unlink: string[]
  pin: string[]
  order: string[]
  by?: string
  json?: boolean
}

/** The command by which editors change an issue that has not gone out. */
export function addDigestEdit(digest: Command): void {
  digest
    .command('edit')
    .argument('<number>', 'issue number')
    .description(
      'Changes a digest that has not been released, and keeps who changed what. Items are named by their id or its\n' +
        'beginning; freehold digest show NUMBER --format json has them.',
    )
    .option('--lead <text>', 'words of your own in place of the lead; an empty line begins a paragraph')
    .option('--lead-file <file>', 'the same from a file')
    .option('--composed-lead', 'the composed lead again')
    .option('--drop <item>', 'leaves the story of this item out; may be repeated', gathered, [])
    .option('--unlink <item>', 'takes an item out of the story it stands with; may be repeated', gathered, [])
    .option('--pin <item>', 'puts the story of this item first under its idea; may be repeated', gathered, [])
    .option('--order <idea=items>', 'the order under an idea: renewal=ITEM,ITEM; others follow', gathered, [])
    .option('--by <name>', 'who changes it; without it, the name of the system’s user')
    .option('--json', 'print as JSON')
    .action((given: string, options: EditOptions) =>
      withWorkshop(async ({ way }) => {
        const { number, digest } = await findIssue(way, given)
        const changes = await changesOf(options, digest)
        if (changes.length === 0) {
          throw new Failure(
            'Say what to change: --lead, --lead-file, --composed-lead, --drop, --unlink, --pin or --order.',
          )
        }
        const by = options.by?.trim() || userName()
        if (!by) throw new Failure('This system does not say who you are; give your name with --by.')
        const outcome = await carryOut(way, number, by, { word: 'change', change: changes })
        if ('fault' in outcome) throw new Failure(outcome.fault)
        const { issue } = outcome
        if (options.json) printJson({ ...way.renderer.json(issue.digest), edits: issue.edits })
        else {
          printRendered(way.renderer.text(issue.digest, { width: columns(), colour: wantsColour() }))
          print(`\nChanged by ${by}. freehold digest send ${issue.number} sends it.`)
        }
      }),
    )
}

/** The changes in the order in which they are made: what is taken out and dropped first, the lead last, since it may tell of the rest. */
async function changesOf(options: EditOptions, digest: Digest): Promise<DigestChange[]> {
  const leads = [options.lead, options.leadFile, options.composedLead].filter((one) => one !== undefined)
  if (leads.length > 1) throw new Failure('Give one of --lead, --lead-file and --composed-lead.')
  const item = (start: string) => itemIn(digest, start)
  const text = options.leadFile === undefined ? options.lead : await textOf(options.leadFile)
  const unlinked = new Set(options.unlink.map((start) => anyItemIn(digest, start)))
  const dropped = new Set(options.drop.map(item))
  const kept = (option: string, start: string) => {
    const found = item(start)
    if (!dropped.has(found)) return found
    throw new Failure(`${option} and --drop both name the story of item ${found}; give one of them.`)
  }
  return [
    ...[...unlinked].map((one): DigestChange => ({ what: 'unlink', item: one })),
    ...[...dropped].map((one): DigestChange => ({ what: 'drop', item: one })),
    ...options.order.map((given): DigestChange => {
      const [, idea, items] = /^([^=]+)=(.+)$/.exec(given) ?? []
      if (!idea || !items) throw new Failure(`--order takes IDEA=ITEM,ITEM, but was given ${given}.`)
      const named = items.split(',').map((one) => kept('--order', one.trim()))
      return { what: 'order', idea: idea.trim(), items: named }
    }),
    ...options.pin.map((start): DigestChange => ({ what: 'pin', item: kept('--pin', start) })),
    ...(options.composedLead ? [{ what: 'lead', text: null } as const] : []),
    ...(text === undefined ? [] : [{ what: 'lead', text } as const]),
  ]
}

/** The item whose id begins so and that tells a story. */
function itemIn(digest: Digest, start: string): string {
  const stories = digest.sections.flatMap((section) => section.stories)
  const tellers = startingWith(
    start,
    stories.map((story) => story.item),
  )
  if (tellers.length === 1) return tellers[0]!
  const [other] = tellers.length === 0 ? startingWith(start, allItemsOf(digest)) : []
  const story = stories.find(({ items = [] }) => other !== undefined && items.includes(other))
  if (other !== undefined && story) {
    throw new Failure(
      `Item ${other} tells no story of its own: it stands with “${story.title}”, which item ${story.item} tells. ` +
        `--unlink ${other} takes it out of there; --drop ${story.item} leaves the whole story out.`,
    )
  }
  throw new Failure(
    tellers.length === 0
      ? `No story of issue ${digest.number} is told by an item whose id begins with ${start || 'nothing'}.`
      : `More than one story of issue ${digest.number} has an id that begins with ${start}; give more of it.`,
  )
}

/** The item whose id begins so, of all that stories are told from. */
function anyItemIn(digest: Digest, start: string): string {
  const found = startingWith(start, allItemsOf(digest))
  if (found.length === 1) return found[0]!
  throw new Failure(
    found.length === 0
      ? `No item of issue ${digest.number} has an id that begins with ${start || 'nothing'}.`
      : `More than one item of issue ${digest.number} has an id that begins with ${start}; give more of it.`,
  )
}

function allItemsOf({ sections }: Digest): string[] {
  return sections.flatMap(({ stories }) => stories.flatMap(itemsOf))
}

/** Those of these ids that begin so, each once. */
function startingWith(start: string, ids: string[]): string[] {
  return start === '' ? [] : [...new Set(ids)].filter((id) => id.startsWith(start))
}

function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Failure(`${file} can't be read (${error.code}).`)
  })
}

function gathered(value: string, before: string[]): string[] {
  return [...before, value]
}
