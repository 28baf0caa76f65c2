import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Example } from '../../src/model/index.ts'
import { checkLabels, findLikeness, ideasOf, readPages } from '../../src/wiki/index.ts'

const wiki = join(import.meta.dirname, '..', '..', 'wiki')

/** The two that come nearest have titles of five words and share the first three. */
const nearest = 0.2

let taught: Example[]
let heldOut: Example[]
beforeAll(async () => {
  const labels = await checkLabels(wiki, ideasOf((await readPages(wiki)).pages))
  taught = labels.examples
  heldOut = labels.heldOut
})

describe('the held-out items', () => {
  test('are many, of every idea and of none', () => {
    expect(heldOut.length).toBeGreaterThanOrEqual(300)
    const carried = new Set(heldOut.flatMap((one) => Object.keys(one.labels)))
    expect(carried.size).toBe(5)
    expect(heldOut.filter((one) => Object.keys(one.labels).length === 0).length).toBeGreaterThanOrEqual(100)
  })

  test('have no twin among the items trained on', () => {
    const ids = new Set(heldOut.map((one) => one.id))
    const across = findLikeness([...taught, ...heldOut]).twins.filter(
      ({ first, second }) => ids.has(first) !== ids.has(second),
    )
    expect(across).toEqual([])
  })

  test('share no run of eight words with any item trained on', () => {
    const known = new Map(taught.flatMap((one) => [...runsOf(one, 8)].map((run) => [run, one.id])))
    const shared = heldOut.flatMap((one) =>
      [...runsOf(one, 8)].filter((run) => known.has(run)).map((run) => `${one.id} ${known.get(run)}: ${run}`),
    )
    expect(known.size).toBeGreaterThan(50_000)
    expect(shared).toEqual([])
  })

  test('are far from their nearest neighbour among the items trained on', () => {
    const near = neighbours(heldOut, taught).filter(({ share }) => share > nearest)
    expect(near).toEqual([])
  })

  test('would be found out if one were a reworded copy', () => {
    const one = taught.find((example) => (example.summary ?? '').length > 200)!
    const words = one.summary!.split(' ')
    const copy = { ...one, id: 'copy', summary: words.with(words.length >> 1, 'otherwise').join(' ') }
    expect(neighbours([copy], taught)[0]!.share).toBeGreaterThan(nearest)
    expect(findLikeness([...taught, copy]).twins).toHaveLength(1)
    expect([...runsOf(copy, 8)].some((run) => runsOf(one, 8).has(run))).toBe(true)
  })
})

/** Each item's nearest among the others: the share of three-word runs that both have among those that either has. */
function neighbours(items: Example[], others: Example[]) {
  const runs = others.map((one) => runsOf(one, 3))
  const holders = new Map<string, number[]>()
  for (const [i, held] of runs.entries()) {
    for (const run of held) holders.set(run, [...(holders.get(run) ?? []), i])
  }
  return items.map((item) => {
    const own = runsOf(item, 3)
    const common = new Map<number, number>()
    for (const run of own) for (const i of holders.get(run) ?? []) common.set(i, (common.get(i) ?? 0) + 1)
    const shares = [...common].map(([i, shared]) => ({
      item: item.id,
      nearest: others[i]!.id,
      share: shared / (own.size + runs[i]!.size - shared),
    }))
    return shares.reduce((a, b) => (b.share > a.share ? b : a), { item: item.id, nearest: '', share: 0 })
  })
}

function runsOf({ title, summary = '', content = '' }: Example, length: number): Set<string> {
  const words =
    `${title} ${summary} ${content}`
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  return new Set(words.slice(length - 1).map((_, i) => words.slice(i, i + length).join(' ')))
}
