import type { Example } from '../model/index.ts'

/** A run of so many words may stand in no more items than this: beyond it, items were written from a pattern. */
export const longRun = { words: 8, items: 3 }
/** Two items that share this much of their three-word runs (Jaccard) are near-duplicates. */
const nearDuplicate = 0.5

/** What is too alike among examples, by id. */
export interface Likeness {
  /** Pairs whose texts are the same or nearly so. */
  twins: { first: string; second: string; share: number }[]
  /** Runs of words that stand in too many items. */
  runs: { words: string; items: string[] }[]
}

/** Finds near-duplicates and runs of words that recur; the work grows with the number of shared runs, not with the pairs. */
export function findLikeness(examples: Example[]): Likeness {
  const texts = examples.map((example) =>
    wordsOf(`${example.title} ${example.summary ?? ''} ${example.content ?? ''}`),
  )
  const threes = texts.map((words) => runsOf(words, 3))
  const holders = new Map<string, number[]>()
  for (const [i, runs] of threes.entries()) {
    for (const run of runs) holders.set(run, [...(holders.get(run) ?? []), i])
  }
  const common = new Map<string, number>()
  for (const items of holders.values()) {
    // A run that very many share is a phrase of the language and says nothing of any two of them.
    if (items.length > 30) continue
    for (const [at, a] of items.entries()) {
      for (const b of items.slice(at + 1)) common.set(`${a} ${b}`, (common.get(`${a} ${b}`) ?? 0) + 1)
    }
  }
  const twins = [...common].flatMap(([pair, shared]) => {
    const [a, b] = pair.split(' ').map(Number) as [number, number]
    const share = shared / (threes[a]!.size + threes[b]!.size - shared)
    return share >= nearDuplicate ? [{ first: examples[a]!.id, second: examples[b]!.id, share }] : []
  })
  const eights = new Map<string, Set<number>>()
  for (const [i, words] of texts.entries()) {
    for (const run of runsOf(words, longRun.words)) eights.set(run, (eights.get(run) ?? new Set()).add(i))
  }
  const runs = [...eights]
    .filter(([, items]) => items.size > longRun.items)
    .map(([words, items]) => ({ words, items: [...items].map((i) => examples[i]!.id) }))
  return { twins: [...twins, ...sameShortTexts(examples, texts)], runs }
}

/** Items of fewer than three words have no runs; the same words are the same item. */
function sameShortTexts(examples: Example[], texts: string[][]): Likeness['twins'] {
  const first = new Map<string, string>()
  return texts.flatMap((words, i) => {
    if (words.length >= 3) return []
    const key = words.join(' ')
    const earlier = first.get(key)
    first.set(key, earlier ?? examples[i]!.id)
    return earlier ? [{ first: earlier, second: examples[i]!.id, share: 1 }] : []
  })
}

function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  )
}

function runsOf(words: string[], length: number): Set<string> {
  const runs = new Set<string>()
  for (let i = 0; i + length <= words.length; i++) runs.add(words.slice(i, i + length).join(' '))
  return runs
}
