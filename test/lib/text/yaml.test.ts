import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { likest, readYaml } from '../../../src/lib/text/index.ts'

const schema = z.looseObject({ group: z.string() })
const sound = `group: Labs
feeds:
  - id: a
    title: The a
    kind: lab
  - id: b
    title: The b
    url: https://b.example/feed
    kind: lab
`

/** The problems of the sound list with one slip in it: line and message. */
function told(from: string, to: string, firstLine = 1): string[] {
  const checked = readYaml(sound.replace(from, to), { file: 'a.yaml', schema, firstLine })
  return 'problems' in checked ? checked.problems.map(({ line, message }) => `${line}: ${message}`) : []
}

describe('of a text that is no YAML the first fault is told, on the line to be mended', () => {
  test.each<[string, string, string, RegExp]>([
    ['a tab', '    title: The b', '\ttitle: The b', /^7: .*begins with a tab/],
    ['a colon in a value', 'The b', 'The b: again', /^7: .*“: ” stands in a value; put quotes round/],
    [
      'an unclosed bracket',
      '    kind: lab\n',
      '    keep: [one, two\n    kind: lab\n',
      /^5: .*\(\[\) is opened/,
    ],
    [
      'an unclosed brace',
      '    kind: lab\n',
      '    keep: {one, two\n    kind: lab\n',
      /^5: .*\(\{\) is opened/,
    ],
    ['an unclosed "', 'The a', '"The a', /^4: .*\("\) is opened and not closed/],
    ["an unclosed '", 'The a', "'The a", /^4: .*\('\) is opened and not closed/],
    ['a merge', '  - id: b', '<<<<<<< HEAD\n=======\n>>>>>>> x\n  - id: b', /^6: .*a merge is not finished/],
    [
      'a field too far left',
      '    title: The b',
      '   title: The b',
      /^7: .*“title” begins in column 4, “id” in line 6 in column 5/,
    ],
    [
      'a field too far right',
      '    url:',
      '      url:',
      /^8: .*“url” begins in column 7, “title” in line 7 in column 5/,
    ],
    [
      'an entry too far left',
      '  - id: b',
      ' - id: b',
      /^6: .*“- id” begins in column 2, “- id” in line 3 in column 3/,
    ],
    [
      'an entry too far right',
      '  - id: b',
      '    - id: b',
      /^6: .*“- id” begins in column 5, “- id” in line 3 in column 3/,
    ],
    [
      'a top field too far right',
      'feeds:',
      ' feeds:',
      /^2: .*“feeds” begins in column 2, “group” in line 1 in column 1/,
    ],
    ['no blank behind a colon', 'title: The b', 'title:The b', /^7: .*`name: value`/],
    ['a sign with a meaning', 'The b', '@The b', /^7: .*can't begin with @; put quotes/],
    ['a field twice', '    url:', '    title:', /^8: .*the field “title” stands twice/],
    ['a second document', '  - id: b', '---\n  - id: b', /^6: .*take out the line ---/],
  ])('%s', (_, from, to, expected) => {
    const problems = told(from, to)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(expected)
    expect(problems[0]).toMatch(/^\d: not valid YAML: /)
  })

  test('with the line and the one above, and how many may follow from it', () => {
    expect(told('    title: The b', '\ttitle: The b')[0]).toMatch(
      /\. Here line 6 is “ {2}- id: b”, line 7 is “⇥title: The b”\. [2-9] more follow from it, perhaps\.$/,
    )
    expect(told('The b', 'The b: again')[0]).not.toContain('follow')
    expect(told('The b', `The b: ${'long '.repeat(40)}`)[0]!.length).toBeLessThan(220)
  })

  test('counted as in the file where the text stands below others', () => {
    const [first] = told('    title: The b', '   title: The b', 11)
    expect(first).toMatch(/^17: .*in line 16 in column 5\. Here line 16 is .*, line 17 is /)
  })
})

test('a misspelt word is told by what is nearest', () => {
  const known = ['language', 'title', 'textUse', 'url', 'id']
  expect(['langauge', 'textuse', 'tittle', 'ur', 'tags'].map((word) => likest(word, known))).toEqual([
    'language',
    'textUse',
    'title',
    'url',
    null,
  ])
})
