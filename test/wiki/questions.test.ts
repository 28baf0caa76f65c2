import { describe, expect, test } from 'vitest'
import { parseQuestions, passagesOf, readQuestions } from '../../src/wiki/index.ts'
import { copyOfWiki } from './copy.ts'

const passages = passagesOf([
  {
    id: 'reeds',
    title: 'Reeds',
    aliases: [],
    related: [],
    idea: null,
    markdown: 'A [reed](reed.md) is tall.\n\n## Where it grows\n\nBy **slow** water.\n',
    file: 'reeds.md',
  },
])

function faultsOf(...lines: unknown[]): string[] {
  const jsonl = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
  return parseQuestions(jsonl, 'wiki/questions/ada.jsonl', passages).problems.map(
    ({ file, line, field, message }) => `${file}:${line}: ${field ? `${field}: ` : ''}${message}`,
  )
}

const sound = {
  question: 'where do i find them',
  page: 'reeds',
  section: 'Where it grows',
  key: ['slow water'],
}

describe('questions', () => {
  test('are read with where they are answered, or that they are not', () => {
    const lines = [
      sound,
      { question: 'how tall?', page: 'reeds', section: '', key: ['is tall', 'reed is'] },
      { question: 'what does one cost', page: null, why: 'near miss: no page gives a price' },
    ]
    const { questions, problems } = parseQuestions(
      `${lines.map((line) => JSON.stringify(line)).join('\n\n')}\n`,
      'ada.jsonl',
      passages,
    )
    expect(problems).toEqual([])
    expect(questions).toEqual([
      sound,
      { question: 'how tall?', page: 'reeds', section: '', key: ['is tall', 'reed is'] },
      { question: 'what does one cost', page: null, section: '', key: [] },
    ])
  })

  test.each([
    [{ ...sound, page: 'rushes' }, 'page: the wiki has no page "rushes"'],
    [
      { ...sound, section: 'Where it goes' },
      'section: the page "reeds" has no heading "Where it goes"; it has "", "Where it grows"',
    ],
    [
      { ...sound, key: ['**slow** water'] },
      'key: "**slow** water" does not stand in that section; give words of it as a reader sees them',
    ],
    [
      { ...sound, key: ['is tall'] },
      'key: "is tall" does not stand in that section; give words of it as a reader sees them',
    ],
    [
      { question: 'what does one cost', page: null },
      'must have question, page, section and key, or question, "page": null and why, and nothing else',
    ],
    [
      { ...sound, why: 'x' },
      'must have question, page, section and key, or question, "page": null and why, and nothing else',
    ],
  ])('with a fault are told by file and line: %j', (line, message) => {
    expect(faultsOf(line)).toEqual([`wiki/questions/ada.jsonl:1: ${message}`])
  })

  test('that are no JSON are told', () => {
    expect(faultsOf(sound, '{"question":')).toEqual([
      expect.stringMatching(/^wiki\/questions\/ada\.jsonl:2: is not JSON: /),
    ])
  })

  test('asked twice are told, whatever their case and signs', () => {
    expect(faultsOf(sound, { ...sound, question: 'Where do I find them??' })).toEqual([
      'wiki/questions/ada.jsonl:2: question: is already asked at wiki/questions/ada.jsonl:1',
    ])
  })

  test('are none where the wiki has no folder of them', async () => {
    expect(await readQuestions('/nowhere/wiki', passages)).toEqual({ questions: [], problems: [] })
  })
})

test('of the committed wiki are in order, and one whose answer was moved away is found', async () => {
  const wiki = await copyOfWiki()
  const committed = passagesOf((await wiki.pages()).pages)
  const before = await readQuestions(wiki.dir, committed, 'wiki')
  expect(before.problems).toEqual([])
  expect(before.questions.length).toBeGreaterThan(2_000)
  await wiki.write('questions/mine.jsonl', `${JSON.stringify({ ...sound, page: 'renewal' })}\n`)
  expect((await readQuestions(wiki.dir, committed, 'wiki')).problems).toEqual([
    {
      file: 'wiki/questions/mine.jsonl',
      line: 1,
      field: 'section',
      message: expect.stringMatching(/^the page "renewal" has no heading "Where it grows"; it has /),
    },
  ])
})
