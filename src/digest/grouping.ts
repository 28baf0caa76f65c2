/** Two groups that might be joined, as they were when it was noted. */
interface Bond {
  mean: number
  a: number
  b: number
  sizes: number
}

/** The groups that a group shares pairs with, and what those pairs are worth; some may have become parts of others since. */
interface Ties {
  others: number[]
  sums: number[]
}

/** Worths are kept in so many parts of one, so that their sums come out the same in any order (up to some thousands). */
const parts = 2 ** 40

/**
 * Things that are joined into groups by average linkage. Between two groups stands the sum of what the pairs across them
 * are worth; pairs that were never added are worth nothing.
 */
export class Grouping {
  private readonly sizes: number[]
  private readonly homes: Int32Array
  /** The pairs, and what each is worth. */
  private readonly ones: number[] = []
  private readonly others: number[] = []
  private readonly worths: number[] = []
  /** Where a group stands in a list that is being made; -1 for those that don't. */
  private readonly places: Int32Array

  constructor(count: number) {
    this.sizes = Array.from({ length: count }, () => 1)
    this.homes = Int32Array.from({ length: count }, (_, i) => i)
    this.places = new Int32Array(count).fill(-1)
  }

  /** The group that `i` is in, by its first member. */
  homeOf(i: number): number {
    let home = i
    while (this.homes[home] !== home) home = this.homes[home] = this.homes[this.homes[home]!]!
    return home
  }

  /** Says what the pair of `i` and `j` is worth (from 0 to 1), each pair once. */
  add(i: number, j: number, worth: number): void {
    this.ones.push(i)
    this.others.push(j)
    this.worths.push(Math.round(worth * parts) / parts)
  }

  /** Puts the groups of `i` and `j` together. */
  join(i: number, j: number): void {
    const [a, b] = [this.homeOf(i), this.homeOf(j)].sort((x, y) => x - y) as [number, number]
    if (a === b) return
    this.homes[b] = a
    this.sizes[a]! += this.sizes[b]!
  }

  /**
   * Joins the two groups of the highest mean again and again until none is above `least`. A bond whose groups have grown
   * since it was noted is passed over; its successor was noted when they grew.
   */
  joinAbove(least: number): void {
    const bonds = new Heap()
    const ties = this.tiesOfAll()
    for (const [a, { others, sums }] of ties.entries()) {
      for (const [at, b] of others.entries()) if (a < b) this.note(bonds, a, b, sums[at]!, least)
    }
    for (let bond = bonds.pop(); bond; bond = bonds.pop()) {
      const { a, b, sizes } = bond
      if (this.homes[a] !== a || this.homes[b] !== b || sizes !== this.sizes[a]! + this.sizes[b]!) continue
      this.join(a, b)
      const joined = this.gathered(a, [ties[a]!, ties[b]!])
      ties[a] = joined
      ties[b] = { others: [], sums: [] }
      for (const [at, other] of joined.others.entries())
        this.note(bonds, Math.min(a, other), Math.max(a, other), joined.sums[at]!, least)
    }
  }

  /** For each group what the pairs say of it; nothing for what has become part of one. */
  private tiesOfAll(): Ties[] {
    const ties = Array.from(this.homes, (): Ties => ({ others: [], sums: [] }))
    for (const [at, worth] of this.worths.entries()) {
      const [a, b] = [this.homeOf(this.ones[at]!), this.homeOf(this.others[at]!)]
      ties[a]!.others.push(b)
      ties[a]!.sums.push(worth)
      ties[b]!.others.push(a)
      ties[b]!.sums.push(worth)
    }
    return ties.map((those, a) => this.gathered(a, [those]))
  }

  /** All these ties of the group `home`, those to one other group summed up, and none to itself. */
  private gathered(home: number, all: Ties[]): Ties {
    const gathered: Ties = { others: [], sums: [] }
    for (const { others, sums } of all) {
      for (let at = 0; at < others.length; at++) {
        const other = this.homeOf(others[at]!)
        if (other === home) continue
        const place = this.places[other]!
        if (place >= 0) {
          gathered.sums[place]! += sums[at]!
          continue
        }
        this.places[other] = gathered.others.push(other) - 1
        gathered.sums.push(sums[at]!)
      }
    }
    for (const other of gathered.others) this.places[other] = -1
    return gathered
  }

  private note(bonds: Heap, a: number, b: number, sum: number, least: number): void {
    const mean = sum / (this.sizes[a]! * this.sizes[b]!)
    if (mean > least) bonds.push({ mean, a, b, sizes: this.sizes[a]! + this.sizes[b]! })
  }
}

/** A binary heap (Williams 1964): the strongest bond first; equals by their groups, so that chance has no say. */
class Heap {
  private readonly bonds: Bond[] = []

  push(bond: Bond): void {
    let at = this.bonds.push(bond) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(this.bonds[at]!, this.bonds[parent]!)) return
      this.swap(at, parent)
      at = parent
    }
  }

  pop(): Bond | undefined {
    const first = this.bonds[0]
    const last = this.bonds.pop()
    if (!first || !last || first === last) return first
    this.bonds[0] = last
    let at = 0
    for (;;) {
      let best = at
      for (let child = 2 * at + 1; child <= 2 * at + 2 && child < this.bonds.length; child++) {
        if (isBefore(this.bonds[child]!, this.bonds[best]!)) best = child
      }
      if (best === at) return first
      this.swap(at, best)
      at = best
    }
  }

  private swap(i: number, j: number): void {
    const bond = this.bonds[i]!
    this.bonds[i] = this.bonds[j]!
    this.bonds[j] = bond
  }
}

function isBefore(x: Bond, y: Bond): boolean {
  if (x.mean !== y.mean) return x.mean > y.mean
  return x.a !== y.a ? x.a < y.a : x.b < y.b
}
