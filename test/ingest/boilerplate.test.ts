import { expect, test } from 'vitest'
import { withoutBoilerplate } from '../../src/ingest/boilerplate.ts'

const text = 'Harbour Lab has put the weights on its server.'

test.each([
  'The post Heron is out appeared first on Harbour Lab.',
  'The article Heron is out first appeared on Harbour Lab',
  'This article was originally published on Harbour Lab.',
  'This story first appeared on Tideline.',
  'Continue reading',
  'Continue reading Heron is out on Harbour Lab →',
  'Continue Reading »',
  'Read more',
  'Read More…',
  '[Read more...]',
  'Read more about this at harbour.example',
  'Read the full article on harbour.example.',
  'Read the rest of this entry »',
  'View original post',
  'Keep reading',
  'Click here to read more',
  'Learn more',
  'Weiterlesen →',
  'Lire la suite',
  'submitted by /u/somebody [link] [comments]',
  'Article URL: https://harbour.example/heron Comments URL: https://talk.example/1 Points: 4 # Comments: 2',
])('cuts %j from the end of a text', (ending) => {
  expect(withoutBoilerplate(`${text} ${ending}`)).toBe(text)
  expect(withoutBoilerplate(`${text}\n\n${ending}\n`)).toBe(text)
})

test.each([
  ['Harbour Lab has put the weights […]', 'Harbour Lab has put the weights…'],
  ['Harbour Lab has put the weights [...] Read more', 'Harbour Lab has put the weights…'],
  ['Harbour Lab has put the weights… Continue reading', 'Harbour Lab has put the weights…'],
  ['It is out [&#8230;] The post Heron appeared first on Harbour Lab.', 'It is out…'],
  [`${text} Read more The post Heron appeared first on Harbour Lab.`, text],
  ['Read more', ''],
])('cuts %j to %j', (whole, kept) => {
  expect(withoutBoilerplate(whole)).toBe(kept)
})

test.each([
  text,
  'Children should read more',
  'Everybody wants to learn more about how models learn more',
  'The post office of Albary is closed.',
  'She sent the post on Monday and it appeared first on Tuesday in the hall',
  'Read more slowly than you think you must, says Northfold, and you will remember.',
  'An array is written [1, 2, …] in most languages.',
  'Whoever likes it will keep reading',
  '',
])('leaves %j as it is', (whole) => {
  expect(withoutBoilerplate(whole)).toBe(whole)
})

test.each([
  ['phrases that could begin it', 'Read more. The post '.repeat(500_000)],
  ['brackets and blanks', `${'('.repeat(1_000_000)}${' '.repeat(1_000_000)}`],
])('looks at the end of long texts only: ten megabytes of %s', (_what, long) => {
  // In time that grows with the square of the length this would take hours.
  expect(long.startsWith(withoutBoilerplate(long))).toBe(true)
})
