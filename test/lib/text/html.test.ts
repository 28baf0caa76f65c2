import fc from 'fast-check'
import { expect, test } from 'vitest'
import { oneLine, plainText } from '../../../src/lib/text/index.ts'

test.each([
  ['tags', '<p>One <b>bold</b> word</p>', 'One bold word'],
  ['block ends', '<p>One</p><p>Two</p><ul><li>a</li><li>b</li></ul>', 'One\nTwo\na\nb'],
  ['line breaks', 'one<br>two<br/>three<hr>four', 'one\ntwo\nthree\nfour'],
  ['cells', '<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>', 'a b\nc'],
  ['inline tags without space', 'un<b>believ</b>able', 'unbelievable'],
  ['scripts and styles', 'a<script>alert("<p>x</p>")</script>b<style>p{}</style>c', 'abc'],
  ['an iframe closed the XHTML way', 'before<iframe src="x"/>after', 'beforeafter'],
  ['drawings', '<svg><title>icon</title><path/></svg>text', 'text'],
  ['comments', 'a<!-- <p>no</p> -->b', 'ab'],
  ['attributes that hold tags', '<a title="<b>no</b>" href="x>y">link</a>', 'link'],
  ['named entities', 'caf&eacute; &amp; cr&egrave;me &hellip;', 'café & crème …'],
  ['numeric entities', '&#8220;x&#8221; &#x2014; &#128;', '“x” — €'],
  ['white space', '  a \n\t b&nbsp;&nbsp;c  ', 'a b c'],
  ['lone angle brackets', 'a < b and 1<2 > 0', 'a < b and 1<2 > 0'],
  ['ampersands', 'AT&T &nosuch; R&D', 'AT&T &nosuch; R&D'],
  ['an unfinished tag', 'text <a href="x', 'text'],
  ['invisible characters', 'pre\u200bfix\u00ad \u202eabc\u0000', 'prefix abc'],
  ['half a character', 'a\ud800b', 'a\ufffdb'],
  ['nothing', '', ''],
])('plain text of %s', (_what, html, text) => {
  expect(plainText(html)).toBe(text)
})

test('decodes entities once, so that escaped markup stays text', () => {
  expect(plainText('&amp;lt;b&amp;gt; &lt;script&gt;x&lt;/script&gt;')).toBe('&lt;b&gt; <script>x</script>')
})

test('takes time in proportion to the length: a megabyte of each is no matter', () => {
  for (const piece of [
    '<',
    '<a ',
    '</',
    '<!--',
    '<![CDATA[',
    '&',
    '&am',
    ' ',
    '\n ',
    '<div>',
    '"<a x=',
    '<script>',
  ]) {
    const html = piece.repeat((1024 * 1024) / piece.length)
    expect(plainText(html).length).toBeLessThanOrEqual(html.length)
  }
  const nested = '<div>'.repeat(200_000) + '</b>'.repeat(200_000)
  expect(plainText(nested)).toBe('')
}, 10_000)

test('gives tidy text for whatever it is given', () => {
  const piece = fc.constantFrom(
    '<',
    '>',
    '</p>',
    '<br>',
    '&',
    ';',
    '#',
    ' ',
    '\n',
    '"',
    '<script>',
    '<!--',
    '\ud800',
    'x',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string())), (pieces) => {
      const text = plainText(pieces.join(''))
      expect(text).toBe(text.trim())
      expect(text).not.toMatch(/ {2}|\n\n| \n|\n |\t|\r/)
      expect(text.isWellFormed()).toBe(true)
    }),
  )
})

test('folds everything to one line', () => {
  expect(oneLine('  one\n two\r\n\tthree\u2028four\u200b ')).toBe('one two three four')
})
