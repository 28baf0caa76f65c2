import type { Command } from 'commander'
import { verify } from '../digest/index.ts'
import { explainItem } from '../jobs/index.ts'
import type { Item } from '../model/index.ts'
import { findIssue, withWorkshop } from './digest-desk.ts'
import { Failure } from './failure.ts'
import { print, printJson } from './output.ts'
import type { Workshop } from './wiring.ts'

/** Commands by which maintainers look into a digest and answer for it. */
export function addDigestChecks(digest: Command): void {
  digest
    .command('verify')
    .argument('[number]', 'issue number; the last one without it')
    .description(
      'Checks a digest against the stored items: every quotation, number, name and count. Exits with 1 when something\n' +
        'does not hold.',
    )
    .option('--json', 'print as JSON')
    .action((number: string | undefined, options: { json?: boolean }) =>
      withWorkshop(async ({ way }) => {
        const issue = await findIssue(way, number)
        const stories = issue.digest.sections.flatMap((section) => section.stories)
        const ids = new Set(stories.flatMap(({ item, items = [] }) => [item, ...items]))
        const stored = new Map((await way.store.items.byIds([...ids])).map((item) => [item.id, item]))
        const faults = verify(issue.digest, { item: (id) => stored.get(id) })
        if (options.json) printJson({ number: issue.number, faults })
        else if (faults.length === 0) print(`Issue ${issue.number} holds: ${stories.length} stories checked.`)
        else for (const { where, text, fault } of faults) print(`${where}\n  ${text}\n  ${fault}\n`)
        if (faults.length > 0) process.exitCode = 1
      }),
    )

  digest
    .command('explain')
    .argument('<item>', 'id of an item, or its beginning; freehold items --json lists them')
    .description(
      'Tells why an item stands in the digest or not: the issue that told it, or else the next one.',
    )
    .option('--json', 'print as JSON')
    .action((id: string, options: { json?: boolean }) =>
      withWorkshop(async ({ way }) => {
        const item = await findItem(way, id)
        const { issue, leftOutOf, fate, reason } = await explainItem(way, item, { whom: (by) => by })
        const hint =
          fate?.fate === 'noIdea' ? ` freehold label ${item.id} IDEA=DIRECTION says otherwise.` : ''
        if (options.json) {
          const facts = issue !== null ? { issue } : leftOutOf !== null ? { leftOutOf } : { fate }
          printJson({ item: item.id, title: item.title, ...facts, reason: reason + hint })
        } else print(`${item.title}\n  ${reason}${hint}`)
      }),
    )

  digest
    .command('hold')
    .argument('<number>', 'issue number')
    .argument('<reason...>', 'why')
    .description('Holds a digest back that has not been sent; freehold digest send gives it free.')
    .action((number: string, reason: string[]) =>
      withWorkshop(async ({ way }) => {
        const issue = await findIssue(way, number)
        if (!(await way.store.digests.hold(issue.number, reason.join(' ')))) {
          throw new Failure(
            `Issue ${issue.number} has been released already and can't be held; freehold digest correct adds a note to it.`,
          )
        }
        print(`Issue ${issue.number} is held. freehold digest send ${issue.number} sends it.`)
      }),
    )

  digest
    .command('correct')
    .argument('<number>', 'issue number')
    .argument('<note...>', 'what was wrong and what is right')
    .description(
      'Adds a dated note to a digest in the archive, and puts it into the next. What was sent stays as it was.',
    )
    .action((number: string, note: string[]) =>
      withWorkshop(async ({ way }) => {
        const issue = await findIssue(way, number)
        const at = new Date(way.now()).toISOString()
        await way.store.digests.correct(issue.number, { at, note: note.join(' ') })
        print(`The note stands with issue ${issue.number} in the archive, and will stand in the next issue.`)
      }),
    )
}

async function findItem(way: Workshop['way'], id: string): Promise<Item> {
  const found = await way.store.items.startingWith(id, 2)
  if (found.length === 1) return found[0]!
  throw new Failure(
    found.length === 0
      ? `No stored item's id begins with ${id}; freehold items --json lists them.`
      : `More than one item's id begins with ${id}; give more of it.`,
  )
}
