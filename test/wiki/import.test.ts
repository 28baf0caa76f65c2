import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plainText, renderMarkdown } from '../../src/lib/text/index.ts'
import { readExport } from '../../src/wiki/index.ts'

const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8')
const asText = fixture('shared-kilns.txt')
const asHtml = fixture('shared-kilns.html')

function imported(text: string) {
  const outcome = readExport(Buffer.from(text))
  if (!outcome.ok) throw new Error(outcome.error)
  return outcome
}

function refusal(text: string | Uint8Array): string {
  const outcome = readExport(typeof text === 'string' ? Buffer.from(text) : text)
  return outcome.ok ? 'taken' : outcome.error
}

const wordsOf = (text: string) => text.match(/[\p{L}\p{N}_]+/gu) ?? []

/** The lines of a text whose words do not stand in the page in a row. */
function lost(lines: string[], page: string): string[] {
  const all = ` ${wordsOf(page).join(' ')} `
  return lines.filter((line) => !all.includes(` ${wordsOf(line).join(' ')} `))
}

describe('an exported text', () => {
  test('becomes a page with its sections, key ideas and further reading', () => {
    const { page } = imported(asText)
    expect(page).toMatchObject({ id: 'shared-kilns', title: 'Shared Kilns' })
    expect(page.markdown.split('\n').filter((line) => /^(#|\d)/.test(line))).toEqual([
      '## In the AI Story',
      '## Who keeps the fire',
      '## Origin',
      '## Key Ideas',
      '### A second oven disciplines the first',
      '### Ownership vs. upkeep',
      '### Who pays for the next lining?',
      '### Cold kilns crack',
      '## Debates & Critiques',
      '## Appears in the Orange Pill Cycle',
      '## Further reading',
      '1. Ashdown, Perpetua. A Field Guide to Ovens. Made-up Press, 1984.',
      '2. Quill, Tobias. "Forty Keys." The Slip Quarterly, 2009.',
      '3. Marrow, Ines, et al. "Warm(For Rent): Small Firms, Big Ovens, and the Economy of Clay." Unprinted, 2021.',
    ])
    expect(page.markdown).toMatch(/^The kilns that a quarter's potters/)
    expect(page.markdown).toContain(
      '\n\n### Cold kilns crack\n\nAn oven that nobody fires for a winter takes in damp. The repair then costs more',
    )
  })

  test('loses what belongs to the site, and that is told', () => {
    expect(imported(asText).dropped.map(({ line, text, what }) => `${line} ${text} (${what})`)).toEqual([
      '2 CONCEPT (the kind of page)',
      '12 Hedcut illustration for Shared Kilns (the caption of an image)',
      '13 Shared Kilns (the caption of an image)',
      '51 Part of The Orange Pill Wiki · A reference companion to the Orange Pill Cycle. (the footer)',
      '52 0% (how far it was read)',
      '53 CONCEPT (the kind of page)',
    ])
  })

  test('loses nothing else: the words of every other line are in the page', () => {
    const { page, dropped } = imported(asText)
    const gone = new Set(dropped.map(({ line }) => line))
    const others = asText.split('\n').filter((line, i) => line.trim() && i > 0 && !gone.has(i + 1))
    expect(others).toHaveLength(25)
    const shown = `${page.title} ${plainText(renderMarkdown(page.markdown).html)}`
    // The numbers of a list are the list's, and no text, once it is shown.
    const texts = others.map((line) => line.replace(/^\s*\d\. /, ''))
    expect(lost(texts, shown)).toEqual([])
  })

  test('says the same with the ends of lines of Windows, and with a byte order mark', () => {
    expect(imported(`\ufeff${asText.replaceAll('\n', '\r\n')}`)).toEqual(imported(asText))
  })

  test('may have its entries on lines that follow each other', () => {
    const from = asText.indexOf('Key Ideas')
    const to = asText.indexOf('Debates')
    const tight = `${asText.slice(0, from)}${asText.slice(from, to).replace(/\n\n/g, '\n')}${asText.slice(to)}`
    expect(imported(tight).page).toEqual(imported(asText).page)
  })

  test('may have no blank lines, each line then being a paragraph', () => {
    const unwrapped = asText.replace(/(?<=\b4\)\.|export,|and the)\n */g, ' ')
    expect(imported(unwrapped.replace(/\n+/g, '\n')).page).toEqual(imported(asText).page)
  })

  test('keeps an entry without a name as it stands', () => {
    const odd = asText.replace('Cold kilns crack.', 'Nobody has counted them.\n\nCold kilns crack.')
    expect(imported(odd).page.markdown).toContain('\n\nNobody has counted them.\n\n### Cold kilns crack\n\n')
  })

  test('keeps the caption of another subject, and a line between its two titles', () => {
    const odd = asText
      .replace('CONCEPT\n', 'CONCEPT\n\nAlso called the common oven\n')
      .replace('Kilns\nShared Kilns', 'Kilns\nPerpetua Ashdown at her oven, 1984')
    const { page } = imported(odd)
    expect(page.markdown).toMatch(/^Also called the common oven\n\nThe kilns/)
    expect(page.markdown).toContain('\n\nPerpetua Ashdown at her oven, 1984\n\n')
  })

  test('shows its words and no Markdown, whatever characters they hold', () => {
    const piece = fc.constantFrom(
      ...[
        'word',
        '_a_',
        '__b__',
        '*',
        '**c**',
        '`',
        '``d``',
        '<b>',
        '</b>',
        '<!--',
        '<https://e.org>',
        '&amp;',
      ],
      ...[
        '&#65;',
        '&',
        '[x](y)',
        '[x][y]',
        '[r]: z',
        '![i](j)',
        '#',
        '##',
        '>',
        '1.',
        '12)',
        '1984.',
        '-',
        '+',
      ],
      ...[
        '~~',
        '~~~',
        '\\',
        '\\*',
        '|',
        '---',
        '- - -',
        '===',
        'snake_case',
        '_',
        'c#',
        '2 < 3',
        'a*b*c',
        '"',
        '“',
      ],
    )
    const paragraph = fc
      .array(piece, { minLength: 1, maxLength: 8 })
      .map((pieces) => pieces.join(' '))
      // A list is one by right.
      .filter((text) => !/^(\d{1,3}[.)]|[-*])\s/.test(text))
    fc.assert(
      fc.property(paragraph, (text) => {
        const { page } = imported(asText.replace('Somebody has to.', () => `${text}\n\nSomebody has to.`))
        const shown = plainText(renderMarkdown(page.markdown).html).split('\n')
        expect(shown[shown.indexOf('Who keeps the fire') + 1]).toBe(text)
      }),
      { numRuns: 300 },
    )
  })
})

describe('a saved page', () => {
  test('becomes the page that its text becomes, with the links that lead outside', () => {
    const { page } = imported(asHtml)
    const links = /\[([^\]]+)\]\((https:[^)]+)\)/g
    expect([...page.markdown.matchAll(links)].map((match) => match[2])).toEqual([
      'https://example.org/ovens_%28guide%29?a=1&b=2',
      'https://example.org/cold',
    ])
    const unlinked = { ...page, markdown: page.markdown.replace(links, '$1') }
    expect(unlinked).toEqual(imported(asText).page)
  })

  test('loses what belongs to the site, and that is told', () => {
    expect(imported(asHtml).dropped.map(({ line, text, what }) => `${line} ${text} (${what})`)).toEqual([
      'null - Home (a control of the site)',
      'null - Concepts (a control of the site)',
      'null CONCEPT (the kind of page)',
      'null Hedcut illustration for Shared Kilns (the caption of an image)',
      'null Shared Kilns (the caption of an image)',
      'null Part of The Orange Pill Wiki · A reference companion to the Orange Pill Cycle. (the footer)',
      'null Made by hand (the footer)',
      'null 0% (how far it was read)',
      'null CONCEPT (the kind of page)',
      'null Skip to the text (a control of the site)',
      'null /concepts/firing (the address of a link within the site; its words are kept)',
    ])
  })

  test('may go without a <title> where it names the wiki elsewhere', () => {
    const untitled = asHtml.replace(/<title>.*<\/title>/, '')
    expect(imported(untitled).page).toEqual(imported(asHtml).page)
    const both = untitled.replace('<h1>Shared Kilns<', '<h1>Shared Kilns — Orange Pill Wiki<')
    expect(imported(both).page).toEqual(imported(asHtml).page)
  })

  test('keeps the footers of its quotations, and small headings among its key ideas', () => {
    const odd = asHtml
      .replace('<h2>Origin</h2>', '<blockquote>Mind the ash.<footer>Perpetua Ashdown</footer></blockquote>$&')
      .replace(/<li>Who pays for the next lining\? (.*)<\/li>/, '<li><h3>Who pays?</h3><p>$1</p></li>')
    const { page } = imported(odd)
    expect(page.markdown).toContain('\n\nMind the ash.\n\nPerpetua Ashdown\n\n## Origin\n\n')
    expect(page.markdown).toContain('\n\n### Who pays?\n\nLinings wear out')
  })
})

describe('a file of another shape is refused with the reason:', () => {
  test.each([
    ['an empty one', '', 'it has no text.'],
    [
      'other bytes',
      new Uint8Array([0xff, 0xfe, 0x41, 0x00]),
      'it is not UTF-8 text; save it again as UTF-8.',
    ],
    [
      'another text',
      'Minutes of the potters\n\nNobody came.\n',
      'its first line does not end in " — Orange Pill Wiki"; it begins with "Minutes of the potters".',
    ],
    [
      'another web page',
      '<html><body><h1>Minutes</h1><p>Nobody came.</p></body></html>',
      'its <title> does not end in " — Orange Pill Wiki"; it begins with "Minutes".',
    ],
    [
      'one without its title above the text',
      asText.replace('\nShared Kilns\n\nThe kilns', '\nThe kilns'),
      'its title "Shared Kilns" does not stand on a line of its own above the definition.',
    ],
    [
      'one without a definition',
      asText.replace(/The kilns that[\s\S]*?In the AI Story/, 'In the AI Story'),
      'nothing stands below its title "Shared Kilns", where the definition belongs.',
    ],
    ['one without key ideas', asText.replace('Key Ideas\n', ''), 'it has no section "Key Ideas".'],
    [
      'one whose key ideas have no names',
      asText.replace(/(Key Ideas\n\n)[\s\S]*?(Debates)/, '$1There are none.\n\n$2'),
      'its section "Key Ideas" has no entry of the form "Name. Sentence."',
    ],
    [
      'one whose title makes no id',
      asText.replaceAll('Shared Kilns', '共同の窯'),
      'its title "共同の窯" has no letter from a to z to make an id of.',
    ],
  ])('%s', (_, text, reason) => {
    expect(refusal(text)).toBe(reason)
  })
})
