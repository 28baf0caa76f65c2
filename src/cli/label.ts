import { type Command, InvalidArgumentError } from 'commander'
import { type Classifier, leastSure } from '../classify/index.ts'
import type { Config } from '../config.ts'
import {
  type Direction,
  day,
  directions,
  type GivenLabel,
  type Idea,
  type LabelledItem,
} from '../model/index.ts'
import { marks } from '../render/index.ts'
import type { Store } from '../store/index.ts'
import { openToRead } from './existing-database.ts'
import { Failure } from './failure.ts'
import { readable, show } from './label-view.ts'
import { print, printJson, remark } from './output.ts'
import { config } from './settings.ts'
import { loadWiki, openClassifier } from './wiring.ts'

/** How far back items are looked at for those worth a person's word. */
const lookBack = 30 * day

export function addLabel(program: Command): void {
  program
    .command('label')
    .argument('[item]', 'id of a stored item, or as much of its beginning as tells it from the others')
    .argument(
      '[labels...]',
      'all its ideas, each with a direction: renewal=opens compute-cost=closes; or none',
    )
    .summary('say what an item bears on; outranks the classifier')
    .description(
      'Stores your own verdict on an item: all the ideas it bears on, or none. It outranks the classifier at once and ' +
        'teaches it the next time it is trained. Without labels: shows what the classifier says of the item. Without ' +
        'an item: shows those of the last 30 days that it is least sure of. wiki/codebook.md tells which idea to give ' +
        'when.',
    )
    .option('--limit <n>', 'show at most so many items', countOf, 10)
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  freehold label\n  freehold label 3f9a renewal=opens\n  freehold label 3f9a none',
    )
    .action(async (id: string | undefined, words: string[], options: { limit: number; json?: boolean }) => {
      const settings = config()
      const { ideas } = await loadWiki(settings)
      const store = await openToRead(settings)
      try {
        const desk = { settings, ideas, store }
        if (id === undefined) await showDoubtful(desk, options)
        else if (words.length === 0) await showOne(desk, await find(store, id), options)
        else await give(desk, await find(store, id), readLabels(words, ideas), options)
      } finally {
        await store.close()
      }
    })
}

interface Desk {
  settings: Config
  ideas: Idea[]
  store: Store
}

async function showDoubtful(desk: Desk, options: { limit: number; json?: boolean }): Promise<void> {
  const items = await desk.store.items.list({ since: Date.now() - lookBack })
  const judged = new Set((await desk.store.verdicts.list()).map(({ item }) => item.id))
  const open = items.filter((item) => !judged.has(item.id))
  const classifier = await openClassifier(desk.settings, desk.ideas, desk.store)
  show(leastSure(classifier, open.map(readable)).slice(0, options.limit), options.json ?? false)
  if (options.json) return
  if (open.length === 0) {
    print('No item of the last 30 days waits for a verdict; freehold ingest --all reads the feeds.')
  } else {
    print(
      'Scores stand beside the least at which the idea is given. Say which are right, all of an item’s at once:',
    )
    print(`  freehold label ITEM ${desk.ideas[0]?.id ?? 'idea'}=opens, or none`)
  }
}

async function showOne(desk: Desk, item: LabelledItem, options: { json?: boolean }): Promise<void> {
  const classifier = await openClassifier(desk.settings, desk.ideas, desk.store)
  const doubts = leastSure(classifier, [readable(item)])
  show(doubts, options.json ?? false)
  if (doubts.length === 0 && !options.json) {
    print(`${item.id}  ${item.title}: in no language the classifier reads. You can label it all the same.`)
  }
}

async function give(
  desk: Desk,
  item: LabelledItem,
  said: Map<string, Direction>,
  options: { json?: boolean },
): Promise<void> {
  // As the label files alone teach it: trained anew for each verdict before, it would keep people waiting.
  const classifier = await openClassifier(desk.settings, desk.ideas)
  const labels = withEvidence(classifier, item, said)
  if (!(await desk.store.verdicts.give(item.id, labels, Date.now()))) {
    throw new Failure(`The item ${item.id} has gone from the database in the meantime.`)
  }
  if (options.json) {
    printJson({ item: item.id, labels })
    return
  }
  print(`${item.id}  ${item.title}`)
  if (labels.length === 0) print('  bears on none of the ideas')
  for (const { idea, direction, evidence } of labels)
    print(`  ${marks[direction]} ${idea} ${direction}: “${evidence}”`)
  remark('Kept. freehold labels export makes a file of all verdicts to commit.')
}

/** The labels with the words that carry them: the classifier's where it gives the idea too, else the title. */
function withEvidence(
  classifier: Classifier,
  item: LabelledItem,
  said: Map<string, Direction>,
): GivenLabel[] {
  const { labels } = classifier.classify(readable(item), { language: item.language })
  const seen = new Map(labels.map(({ idea, evidence }) => [idea, evidence]))
  return [...said].map(([idea, direction]) => ({
    idea,
    direction,
    evidence: seen.get(idea) ?? (item.title || item.summary),
  }))
}

async function find(store: Store, id: string): Promise<LabelledItem> {
  const [item, ...others] = await store.items.startingWith(id, 6)
  if (!item) throw new Failure(`No stored item has an id that begins with ${id}; freehold items lists them.`)
  if (others.length) {
    const ids = [item, ...others].slice(0, 5).map((one) => one.id)
    throw new Failure(
      `More than one item has an id that begins with ${id}: ${ids.join(', ')}${others.length >= 5 ? ', …' : ''}. Write more of it.`,
    )
  }
  return item
}

/** `renewal=opens compute-cost=closes`, or `none`. */
function readLabels(words: string[], ideas: Idea[]): Map<string, Direction> {
  if (words.length === 1 && words[0] === 'none') return new Map()
  const said = new Map<string, Direction>()
  const known = ideas.map((idea) => idea.id)
  for (const word of words) {
    if (word === 'none') throw new Failure('none stands alone: an item bears on ideas or on none.')
    const [, idea = word, direction = ''] = /^(.*?)=(.*)$/.exec(word) ?? []
    if (!known.includes(idea)) {
      throw new Failure(`The wiki has no idea ${idea}; it has ${known.join(', ')}. Or write none.`)
    }
    const right = directions.find((one) => one === direction)
    if (!right) {
      const fault = direction ? `There is no direction ${direction}` : `${idea} needs a direction`
      throw new Failure(`${fault}; write ${directions.map((one) => `${idea}=${one}`).join(' or ')}.`)
    }
    if (said.has(idea)) throw new Failure(`${idea} is given twice; mixed stands for both directions.`)
    said.set(idea, right)
  }
  return said
}

function countOf(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It must be a whole number above 0.')
  return Number(text)
}
