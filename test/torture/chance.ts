import { createHash } from 'node:crypto'

/** What happens at random, the same for the same seed. */
export interface Chance {
  /** A whole number from 0 to below `n`. */
  below(n: number): number
  /** True in so many cases of one. */
  happens(share: number): boolean
  pick<T>(list: readonly T[]): T
  /** Gives all of a list in a random order, and then all of it again in another. */
  deck<T>(list: readonly T[]): () => T
}

/** Chance of a seed; each `name` has its own, so that what one draws changes nothing for another. */
export function createChance(seed: number, name: string): Chance {
  let drawn = 0
  const share = () =>
    createHash('sha256').update(`${seed} ${name} ${drawn++}`).digest().readUInt32BE() / 2 ** 32
  const below = (n: number) => Math.floor(share() * n)
  return {
    below,
    happens: (one) => share() < one,
    pick: (list) => list[below(list.length)]!,
    deck(list) {
      let left: (typeof list)[number][] = []
      return () => {
        if (left.length === 0) left = [...list]
        return left.splice(below(left.length), 1)[0]!
      }
    },
  }
}
