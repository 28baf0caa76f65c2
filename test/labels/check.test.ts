import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { problemLine } from '../../src/lib/text/index.ts'
import type { Example } from '../../src/model/index.ts'
import { balanceOf, checkLabels, findLikeness } from '../../src/wiki/index.ts'

const ideas = [{ id: 'renewal' }, { id: 'compute-cost' }]

/** Texts that have nothing in common. */
const texts = [
  'A pond in the north froze over before anybody had mended the sluice',
  'Seven carpenters agreed on one chisel and bought it between them last spring',
  'Lighthouse keepers will vote again about who paints the lower gallery',
  'No tram ran today because its driver had been given two wrong keys',
]

const item = (id: string, title: string, more: Partial<Example> = {}): Example => ({
  id,
  kind: 'press',
  title,
  labels: {},
  ...more,
})

async function check(files: Record<string, (Example | string)[]>) {
  const dir = await mkdtemp(join(tmpdir(), 'freehold-labels-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  await mkdir(join(dir, 'labels'))
  for (const [name, lines] of Object.entries(files)) {
    const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
    await writeFile(join(dir, name), `${text.join('\n')}\n`)
  }
  const found = await checkLabels(dir, ideas, 'wiki')
  return { ...found, lines: found.problems.map(problemLine) }
}

describe('checking labels', () => {
  test('finds nothing in items that are unlike, with held-out ones or without', async () => {
    const labels = texts.slice(0, 2).map((text, i) => item(`a-${i}`, text))
    expect(await check({ 'labels/a.jsonl': labels })).toMatchObject({ lines: [], heldOut: [] })
    const held = texts.slice(2).map((text, i) => item(`h-${i}`, text))
    const both = await check({ 'labels/a.jsonl': labels, 'held-out.jsonl': held })
    expect(both).toMatchObject({ lines: [], examples: labels, heldOut: held })
  })

  test('names file and line of an item that says nearly the same as another, in another file too', async () => {
    const [text = ''] = texts
    const { lines } = await check({
      'labels/a.jsonl': [item('a-1', texts[1]!), item('a-2', text)],
      'labels/b.jsonl': ['', item('b-1', text.replace('anybody', 'somebody'))],
      'held-out.jsonl': [item('h-1', 'Short'), item('h-2', texts[3]!, { summary: texts[2]! })],
    })
    expect(lines).toEqual([
      expect.stringMatching(
        /^wiki\/labels\/b\.jsonl:2: "b-1" says nearly the same \(\d+ % alike\) as "a-2" at wiki\/labels\/a\.jsonl:2; /,
      ),
    ])
  })

  test('counts title and summary as one text, and very short texts too', async () => {
    const { lines } = await check({
      'labels/a.jsonl': [item('a-1', texts[0]!, { summary: texts[1]! }), item('a-2', 'Gemma 3n')],
      'held-out.jsonl': [item('h-1', `${texts[0]} ${texts[1]}`), item('h-2', 'gemma 3N')],
    })
    expect(lines.map((line) => line.slice(0, 64))).toEqual([
      'wiki/held-out.jsonl:1: "h-1" says the same as "a-1" at wiki/labe',
      'wiki/held-out.jsonl:2: "h-2" says the same as "a-2" at wiki/labe',
    ])
  })

  test('lets a run of eight words stand in three items and not in four, and says so once', async () => {
    const run = 'the board said on Monday after a long and stormy night'
    const longer = (i: number) => item(`a-${i}`, `${texts[i]} ${run} ${[...texts[i]!].reverse().join('')}`)
    expect((await check({ 'labels/a.jsonl': [0, 1, 2].map(longer) })).lines).toEqual([])
    const { lines } = await check({ 'labels/a.jsonl': [0, 1, 2, 3].map(longer) })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(
      /^wiki\/labels\/a\.jsonl:1: the words "the board said [a-z ]+" stand in 4 items \(a-0, a-1, a-2, a-3\)/,
    )
  })

  test('refuses unknown ideas and ids used twice, among the held-out items too', async () => {
    const { lines } = await check({
      'labels/a.jsonl': [item('a-1', texts[0]!, { labels: { rent: 'opens' } }), item('a-2', texts[1]!)],
      'held-out.jsonl': [item('a-2', texts[2]!), item('h-1', texts[3]!, { labels: { rent: 'mixed' } })],
    })
    expect(lines).toEqual([
      'wiki/labels/a.jsonl:1: labels.rent: the wiki has no idea "rent"; it has renewal, compute-cost',
      'wiki/held-out.jsonl:1: id: "a-2" is already used at wiki/labels/a.jsonl:2',
      'wiki/held-out.jsonl:2: labels.rent: the wiki has no idea "rent"; it has renewal, compute-cost',
    ])
  })
})

test('likeness is the share of three-word runs that two items have in common', () => {
  const pair = (a: string, b: string) => findLikeness([item('a', a), item('b', b)]).twins
  // Runs 1-2-3 2-3-4 3-4-5 and 2-3-4 3-4-5 4-5-6: two of four.
  expect(pair('one two three four five', 'two three four five six')).toEqual([
    { first: 'a', second: 'b', share: 0.5 },
  ])
  expect(pair('one two three four five', 'two three four nine ten')).toEqual([])
})

test('the balance counts ideas and directions of what is trained on, and every file', async () => {
  const found = await check({
    'labels/a.jsonl': [
      item('a-1', texts[0]!, { labels: { renewal: 'opens', 'compute-cost': 'closes' }, kind: 'lab' }),
      item('a-2', texts[1]!, { labels: { renewal: 'opens' }, summary: 'Something else' }),
    ],
    'labels/b.jsonl': [item('b-1', texts[2]!, { kind: undefined, summary: ' ' })],
    'held-out.jsonl': [item('h-1', texts[3]!, { labels: { renewal: 'mixed' } })],
  })
  expect(balanceOf(found, ideas)).toEqual({
    items: 3,
    none: 1,
    withoutSummary: 2,
    ideas: {
      renewal: { opens: 2, closes: 0, mixed: 0 },
      'compute-cost': { opens: 0, closes: 1, mixed: 0 },
    },
    kinds: {
      lab: { items: 1, none: 0, withoutSummary: 1 },
      press: { items: 1, none: 0, withoutSummary: 0 },
      'no kind': { items: 1, none: 1, withoutSummary: 1 },
    },
    files: {
      'wiki/labels/a.jsonl': { items: 2, none: 0, withoutSummary: 1 },
      'wiki/labels/b.jsonl': { items: 1, none: 1, withoutSummary: 1 },
      'wiki/held-out.jsonl': { items: 1, none: 0, withoutSummary: 1 },
    },
  })
})
