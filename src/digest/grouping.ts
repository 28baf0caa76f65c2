/** Two groups that might be joined, as they were when it was noted. */
interface Bond {
  mean: number
  a: number
  b: number
  sizes: number
}

/**
 * Things that are joined into groups by average linkage. Between two groups stands the sum of what the pairs across them
 * are worth; pairs that were never added are worth nothing.
 */
export class Grouping {
  private readonly sizes: number[]
  private readonly homes: number[]
  private readonly sums: Map<number, number>[]

  constructor(count: number) {
    this.sizes = Array.from({ length: count }, () => 1)
    this.homes = Array.from({ length: count }, (_, i) => i)
    this.sums = Array.from({ length: count }, () => new Map())
  }

  /** The group that `i` is in, by its first member. */
  homeOf(i: number): number {
    let home = i
    while (this.homes[home] !== home) home = this.homes[home]!
    return home
  }

  /** Says what the pair of `i` and `j` is worth, each pair once. */
  add(i: number, j: number, worth: number): void {
    const [a, b] = [this.homeOf(i), this.homeOf(j)]
    if (a === b) return
    this.sums[a]!.set(b, (this.sums[a]!.get(b) ?? 0) + worth)
    this.sums[b]!.set(a, (this.sums[b]!.get(a) ?? 0) + worth)
  }

  /** Puts the groups of `i` and `j` together. */
  join(i: number, j: number): void {
    const [a, b] = [this.homeOf(i), this.homeOf(j)].sort((x, y) => x - y) as [number, number]
    if (a === b) return
    this.homes[b] = a
    this.sizes[a]! += this.sizes[b]!
    this.sums[a]!.delete(b)
    this.sums[b]!.delete(a)
    for (const [other, worth] of this.sums[b]!) {
      this.sums[other]!.delete(b)
      this.sums[other]!.set(a, (this.sums[other]!.get(a) ?? 0) + worth)
      this.sums[a]!.set(other, (this.sums[a]!.get(other) ?? 0) + worth)
    }
    this.sums[b]!.clear()
  }

  /**
   * Joins the two groups of the highest mean again and again until none is above `least`. A bond whose groups have grown
   * since it was noted is passed over; its successor was noted when they grew.
   */
  joinAbove(least: number): void {
    const bonds = new Heap()
    for (const [a, sums] of this.sums.entries()) {
      for (const b of sums.keys()) if (a < b) this.note(bonds, a, b, least)
    }
    for (let bond = bonds.pop(); bond; bond = bonds.pop()) {
      const { a, b, sizes } = bond
      if (this.homes[a] !== a || this.homes[b] !== b || sizes !== this.sizes[a]! + this.sizes[b]!) continue
      this.join(a, b)
      const home = this.homeOf(a)
      for (const other of this.sums[home]!.keys())
        this.note(bonds, Math.min(home, other), Math.max(home, other), least)
    }
  }

  private note(bonds: Heap, a: number, b: number, least: number): void {
    const mean = this.sums[a]!.get(b)! / (this.sizes[a]! * this.sizes[b]!)
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
      const children = [2 * at + 1, 2 * at + 2].filter((child) => child < this.bonds.length)
      const best = children.reduce((x, y) => (isBefore(this.bonds[y]!, this.bonds[x]!) ? y : x), at)
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
