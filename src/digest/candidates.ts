import { inNames, inText, inTitle, isFigure, placeBits, type Tallies } from './tally.ts'

/** Words of an item, the rarest, by which others are found that may tell of the same. */
const clues = 20
/** A word that more items use than this says too little to be a clue. */
export const commonest = 60

/**
 * Calls `visit` once with each pair of these accounts, by their places, that shares one of their rarest words: what may tell of
 * one event, with work that grows with the accounts and not with their pairs.
 */
export function forCandidates(all: number[], tallies: Tallies, visit: (i: number, j: number) => void): void {
  const cluesOf = cluesAmong(all, tallies)
  const { users, next, ends } = usersOf(cluesOf, tallies.weights.length)
  // With which each was paired last: there are many times more pairs than items, and they need not be held at once.
  const pairedWith = new Int32Array(all.length).fill(-1)
  for (let i = 0; i < all.length; i++) {
    for (const stem of cluesOf[i]!) {
      // Those before it have been paired with it.
      const from = ++next[stem]!
      const end = ends[stem]!
      for (let at = from; at < end; at++) {
        const j = users[at]!
        if (pairedWith[j] === i) continue
        pairedWith[j] = i
        visit(i, j)
      }
    }
  }
}

/**
 * In one list who uses each word, in order: those of a word from `next` to, not including, `ends`. A word that too many use
 * has none.
 */
function usersOf(cluesOf: Int32Array[], words: number) {
  const counts = new Int32Array(words)
  for (const stems of cluesOf) for (const stem of stems) counts[stem]! += 1
  const ends = new Int32Array(words)
  let length = 0
  for (let stem = 0; stem < words; stem++) {
    ends[stem] = length
    if (counts[stem]! <= commonest) length += counts[stem]!
  }
  const next = ends.slice()
  const users = new Int32Array(length)
  for (const [i, stems] of cluesOf.entries()) {
    for (const stem of stems) if (counts[stem]! <= commonest) users[ends[stem]!++] = i
  }
  return { users, next, ends }
}

/** The numbers of the words by which others are found: of each account the rarest, those of its title, names and figures. */
function cluesAmong(all: number[], tallies: Tallies): Int32Array[] {
  const { stems, weights } = tallies
  const ranked = Array.from(weights.keys()).sort(
    (a, b) => weights[b]! - weights[a]! || (stems[a]! < stems[b]! ? -1 : 1),
  )
  const ranks = new Int32Array(ranked.length)
  for (const [rank, stem] of ranked.entries()) ranks[stem] = rank
  // By whom each was noted last.
  const notedBy = new Int32Array(ranked.length).fill(-1)
  return all.map((account, i) => {
    const entries = tallies.entriesOf(account)
    const found: number[] = []
    const note = (stem: number) => {
      if (notedBy[stem] === i) return
      notedBy[stem] = i
      found.push(stem)
    }
    const texts = entries.filter((entry) => entry & inText).map((entry) => ranks[entry >> placeBits]!)
    for (const rank of texts.sort().subarray(0, clues)) note(ranked[rank]!)
    for (const place of [inTitle, inNames, isFigure]) {
      for (const entry of entries) if (entry & place) note(entry >> placeBits)
    }
    return Int32Array.from(found)
  })
}
