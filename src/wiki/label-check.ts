import type { Problem } from '../lib/text/index.ts'
import type { Example } from '../model/index.ts'
import { type Places, readExamples, readHeldOut } from './examples.ts'
import { findLikeness, type Likeness, longRun } from './likeness.ts'

/** A wiki's labelled examples, those to train on and those held out, and everything wrong with them. */
export interface LabelCheck {
  examples: Example[]
  heldOut: Example[]
  places: Places
  problems: Problem[]
}

/**
 * Reads a wiki's labelled examples, held-out ones too, and finds what is wrong with each (as `readExamples`) and with
 * all of them together: items that tell the same in nearly the same words, and words that recur in too many.
 */
export async function checkLabels(
  wikiDir: string,
  ideas: { id: string }[],
  shown = wikiDir,
): Promise<LabelCheck> {
  const places: Places = new Map()
  const labels = await readExamples(wikiDir, ideas, shown, places)
  const heldOut = await readHeldOut(wikiDir, ideas, shown, places)
  const likeness = findLikeness([...labels.examples, ...heldOut.examples])
  return {
    examples: labels.examples,
    heldOut: heldOut.examples,
    places,
    problems: [
      ...labels.problems,
      ...heldOut.problems,
      ...twinProblems(likeness.twins, places),
      ...runProblems(likeness.runs, places),
    ],
  }
}

function twinProblems(twins: Likeness['twins'], places: Places): Problem[] {
  return twins.map(({ first, second, share }) => {
    const other = places.get(first)!
    const alike = share === 1 ? 'says the same' : `says nearly the same (${Math.round(share * 100)} % alike)`
    return {
      ...places.get(second)!,
      field: '',
      message: `"${second}" ${alike} as "${first}" at ${other.file}:${other.line}; leave one of them out`,
    }
  })
}

/** Longer words in common make many runs over the same items: one problem for each such group. */
function runProblems(runs: Likeness['runs'], places: Places): Problem[] {
  const groups = new Map<string, Likeness['runs'][number]>()
  for (const run of runs) {
    const key = run.items.join(' ')
    if (!groups.has(key)) groups.set(key, run)
  }
  return [...groups.values()].map(({ words, items }) => ({
    ...places.get(items[0]!)!,
    field: '',
    message:
      `the words "${words}" stand in ${items.length} items (${items.join(', ')}), and a run of ${longRun.words} may ` +
      `stand in ${longRun.items}: items written from a pattern teach the pattern; word them anew`,
  }))
}
