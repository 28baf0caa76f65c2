import { describe, expect, test } from 'vitest'
import { directions } from '../../src/model/index.ts'
import { ideasOf, parseExamples, readExamples, readPages } from '../../src/wiki/index.ts'
import { committed, copyOfWiki } from './copy.ts'

const ideas = [{ id: 'renewal' }, { id: 'compute-cost' }]
const sound = { id: 'one-1', kind: 'lab', title: 'Weights released', labels: { renewal: 'opens' } }
const parse = (...lines: unknown[]) =>
  parseExamples(
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
    'a.jsonl',
    ideas,
  )

describe('the committed labels', () => {
  test('are at least 400, all known and in order', async () => {
    const { pages } = await readPages(committed)
    const { examples, problems } = await readExamples(committed, ideasOf(pages))
    expect(problems).toEqual([])
    expect(examples.length).toBeGreaterThanOrEqual(400)
    expect(examples.some((example) => Object.keys(example.labels).length === 0)).toBe(true)
  })

  test('show every idea in every direction', async () => {
    const { pages } = await readPages(committed)
    const wanted = ideasOf(pages).flatMap((idea) => directions.map((direction) => `${idea.id} ${direction}`))
    const { examples } = await readExamples(committed, ideasOf(pages))
    const shown = new Set(
      examples.flatMap((one) => Object.entries(one.labels).map(([idea, way]) => `${idea} ${way}`)),
    )
    expect([...shown].sort()).toEqual(wanted.sort())
  })

  test('become unknown, each with file and line, when their idea leaves the wiki', async () => {
    const wiki = await copyOfWiki()
    await wiki.remove('renewal.md')
    const faults = await wiki.labelFaults()
    expect(faults.length).toBeGreaterThan(20)
    for (const fault of faults) {
      expect(fault).toMatch(
        /^wiki\/labels\/[\w-]+\.jsonl:\d+: labels\.renewal: the wiki has no idea "renewal"; it has /,
      )
    }
  })
})

describe('a label file', () => {
  test('gives its examples as they stand, empty lines aside', () => {
    const second = { ...sound, id: 'one-2', summary: 'Both.', publishedAt: '2026-03-02', labels: {} }
    expect(parse(sound, '', second, '')).toEqual({ examples: [sound, second], problems: [] })
  })

  test.each([
    [
      'an unknown idea',
      { ...sound, id: '2', labels: { renewals: 'opens' } },
      'labels.renewals',
      /no idea "renewals"; it has renewal, compute-cost/,
    ],
    [
      'a wrong direction',
      { ...sound, id: '2', labels: { renewal: 'up' } },
      'labels.renewal',
      /must be one of opens, closes, mixed/,
    ],
    ['a wrong kind', { ...sound, id: '2', kind: 'blog' }, 'kind', /must be one of lab, policy/],
    ['what is not JSON', '{"id": "2",', '', /is not JSON: /],
    ['an id used before', { ...sound, title: 'Another' }, 'id', /"one-1" is already used at a\.jsonl:1/],
    ['an empty id', { ...sound, id: '' }, 'id', /is empty/],
    ['a missing title', { id: '2', labels: {} }, 'title', /string/],
    ['missing labels', { id: '2', title: 'x' }, 'labels', /record|object/],
    ['a field too many', { ...sound, id: '2', label: {} }, '', /"label"/],
  ])('with %s is a problem with file and line, and the line is left out', (_, line, field, message) => {
    const { examples, problems } = parse(sound, '', line)
    expect(problems).toEqual([{ file: 'a.jsonl', line: 3, field, message: expect.stringMatching(message) }])
    expect(examples).toEqual([sound])
  })

  test('may not use an id of another file', async () => {
    const wiki = await copyOfWiki()
    await wiki.write('labels/zz.jsonl', `\n${JSON.stringify({ ...sound, id: 'makers-0001' })}\n`)
    expect(await wiki.labelFaults()).toEqual([
      'wiki/labels/zz.jsonl:2: id: "makers-0001" is already used at wiki/labels/makers.jsonl:1',
    ])
  })

  test('is asked for when the folder of the labels is missing', async () => {
    const wiki = await copyOfWiki()
    await wiki.remove('labels')
    expect(await wiki.labelFaults()).toEqual([
      expect.stringMatching(/^wiki\/labels:1: the folder can't be read \(ENOENT\)/),
    ])
  })
})
