import { hrefsOf, marks, onlyHref, outsideHref, toMarkdown, wordsOf } from './import-marks.ts'
import { readSource, type SourceLine } from './import-source.ts'

/** A page made of an exported one, before it has a place in the wiki. */
export interface ImportedPage {
  id: string
  title: string
  /** The body, as Markdown. */
  markdown: string
}

/** Something of the exported page that the imported one does not have. */
export interface Dropped {
  /** Line of the file, 1-based; null where it is HTML. */
  line: number | null
  text: string
  /** What it is: `the footer`. */
  what: string
}

export type ImportOutcome =
  | { ok: true; page: ImportedPage; dropped: Dropped[] }
  /** `error` says in a sentence how the file differs from an exported concept page. */
  | { ok: false; error: string }

const keyIdeas = 'key ideas'
const reading = 'further reading'
const sectionNames = [
  'in the ai story',
  'origin',
  keyIdeas,
  'debates & critiques',
  'appears in the orange pill cycle',
  reading,
]
/** A key idea's name is no longer than this; what is longer is a sentence of the text. */
const longestName = 120
/** Words whose full stop ends no sentence. */
const abbreviation = /(?:^|[\s(])(?:vs|e\.g|i\.e|cf|al|dr|mr|mrs|ms|st|[a-z])$/i
const itemMark = /^(?:(\d{1,3})[.)]|[-•*])\s+/

/** A part of the page's text. */
interface Block {
  kind: 'section' | 'heading' | 'item' | 'paragraph'
  /** Of an item in a numbered list. */
  number: string | null
  text: string
}

/**
 * Makes a page of ours of an exported page of the Orange Pill Wiki, text or HTML. What belongs to the site and not to
 * the page is dropped and told; every other word is in the page.
 */
export function readExport(bytes: Uint8Array): ImportOutcome {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return refused('it is not UTF-8 text; save it again as UTF-8.')
  }
  const { lines, html } = readSource(text)
  if (lines.length === 0) return refused('it has no text.')

  const dropped: Dropped[] = []
  const kept = withoutChrome(lines, dropped)
  const named = dropped.some(({ text }) => /orange pill wiki/i.test(text))
  const titled = takeTitle(kept, html, named)
  if ('error' in titled) return refused(titled.error)
  const { title } = titled
  const before = withoutControls(titled.before, dropped)
  const rest = withoutCaptions(titled.after, title, dropped)
  const blocks = blocksOf(rest, html)

  const first = blocks.findIndex((block) => block.kind === 'section')
  if (first === 0 || blocks.length === 0) {
    return refused(`nothing stands below its title "${title}", where the definition belongs.`)
  }
  if (!blocks.some((block) => block.kind === 'section' && nameOf(block.text) === keyIdeas)) {
    return refused('it has no section "Key Ideas".')
  }
  const ideas = blocks.filter(
    (block, i) => block.kind === 'heading' && sectionAt(blocks, i) === keyIdeas,
  ).length
  if (ideas === 0) return refused('its section "Key Ideas" has no entry of the form "Name. Sentence."')
  const id = idOf(title)
  if (id === '') return refused(`its title "${title}" has no letter from a to z to make an id of.`)

  for (const line of [...before, ...rest]) {
    const heading = line.level > 0 || isSection(line)
    for (const href of hrefsOf(line.text)) {
      const what = heading ? headingLink : outsideHref(href) === null ? insideLink : null
      if (what) dropped.push({ line: line.number, text: href, what })
    }
  }
  const markdown = render([...before.map((line) => blockOf(line.text)), ...blocks])
  return { ok: true, page: { id, title, markdown }, dropped }
}

const headingLink = 'the address of a link in a heading; its words are kept'
const insideLink = 'the address of a link within the site; its words are kept'

function refused(error: string): ImportOutcome {
  return { ok: false, error }
}

/** What a line is called that belongs to the site and not to the page; null for one of the page. */
function chromeOf({ text, level, site }: SourceLine): string | null {
  if (site === 'footer') return 'the footer'
  if (site) return 'a control of the site'
  const words = wordsOf(text)
  if (/^(CONCEPT|Concept)$/.test(words) && level === 0) return 'the kind of page'
  if (/^\d{1,3}\s?%$/.test(words)) return 'how far it was read'
  if (/^hedcut illustration (for|of) /i.test(words)) return 'the caption of an image'
  if (/^part of the orange pill wiki\b/i.test(words) && words.length < 120) return 'the footer'
  if (/^(·|(· )?a reference companion to the orange pill cycle\.?)$/i.test(words)) return 'the footer'
  if (/^(the )?orange pill wiki$/i.test(words)) return 'the name of the site'
  return null
}

/** The lines of the page itself; the others are told in `dropped`. */
function withoutChrome(lines: SourceLine[], dropped: Dropped[]): SourceLine[] {
  const kept: SourceLine[] = []
  let apart = false
  for (const [i, line] of lines.entries()) {
    const words = wordsOf(line.text)
    const subject = /^hedcut illustration (?:for|of) (.+)$/i.exec(wordsOf(lines[i - 1]?.text ?? ''))?.[1]
    const again = subject !== undefined && nameOf(subject) === nameOf(words)
    const what = chromeOf(line) ?? (again ? 'the caption of an image' : null)
    if (what) dropped.push({ line: line.number, text: words, what })
    else kept.push({ ...line, apart: line.apart || apart })
    apart = what !== null
  }
  return kept
}

/**
 * Finds the title: on the first line, before the site's name, and again above the definition. In a saved page that
 * names the wiki elsewhere (`named`) the first heading is enough.
 */
function takeTitle(
  lines: SourceLine[],
  html: boolean,
  named: boolean,
): { title: string; before: SourceLine[]; after: SourceLine[] } | { error: string } {
  const top = lines[0] ? wordsOf(lines[0].text) : ''
  const heading = lines.findIndex((line) => line.level === 1)
  const onTop = titleOn(top)
  const title = onTop ?? (named && heading >= 0 ? titleOf(lines[heading]!) : null)
  if (title === null) {
    const begins = top.length > 60 ? `${top.slice(0, 60)}…` : top
    return {
      error: `its ${html ? '<title>' : 'first line'} does not end in " — Orange Pill Wiki"; it begins with "${begins}".`,
    }
  }
  const body = onTop === null ? lines : lines.slice(1)
  const at = body.findIndex((line) => nameOf(titleOf(line)) === nameOf(title))
  if (at < 0 && heading === 0) return { title, before: [], after: body }
  const section = body.findIndex(isSection)
  if (at < 0 || (section >= 0 && section < at)) {
    return { error: `its title "${title}" does not stand on a line of its own above the definition.` }
  }
  return { title, before: body.slice(0, at), after: body.slice(at + 1) }
}

/** Above the title, a line that is nothing but a link within the site leads about in it: "Skip to the text". */
function withoutControls(lines: SourceLine[], dropped: Dropped[]): SourceLine[] {
  return lines.filter((line) => {
    const href = onlyHref(line.text)
    if (href === null || outsideHref(href) !== null) return true
    dropped.push({ line: line.number, text: wordsOf(line.text), what: 'a control of the site' })
    return false
  })
}

function titleOn(line: string): string | null {
  return /^(.*\S)\s+[—–|-]\s+(?:the )?orange pill wiki$/i.exec(line)?.[1] ?? null
}

/** The words of a line, without the site's name behind them. */
function titleOf(line: SourceLine): string {
  const words = wordsOf(line.text)
  return titleOn(words) ?? words
}

/** A line that says the title and nothing else stands under the page's picture, or in a bar of the site. */
function withoutCaptions(lines: SourceLine[], title: string, dropped: Dropped[]): SourceLine[] {
  return lines.filter((line) => {
    const words = wordsOf(line.text)
    if (nameOf(titleOf(line)) !== nameOf(title) || line.level > 1) return true
    dropped.push({ line: line.number, text: words, what: 'the title once more' })
    return false
  })
}

function blocksOf(lines: SourceLine[], html: boolean): Block[] {
  const blocks: Block[] = []
  let section = ''
  for (const [i, line] of lines.entries()) {
    const words = wordsOf(line.text)
    const alone = line.apart && (lines[i + 1]?.apart ?? true)
    if (isSection(line) || (section && alone && !html && looksLikeHeading(words))) {
      section = nameOf(words)
      blocks.push({ kind: 'section', number: null, text: words })
    } else if (line.level > 0) {
      const kind = line.level < 3 ? 'section' : 'heading'
      if (kind === 'section') section = nameOf(words)
      blocks.push({ kind, number: null, text: words })
    } else if (line.apart || !continues(line, blocks, section)) blocks.push(blockOf(line.text))
    else blocks.at(-1)!.text += ` ${line.text}`
  }
  return blocks.flatMap((block, i) => (sectionAt(blocks, i) === keyIdeas ? ideaOf(block) : [block]))
}

/** Whether a line goes on with what the line before it began: exported text may be broken anywhere. */
function continues(line: SourceLine, blocks: Block[], section: string): boolean {
  const last = blocks.at(-1)
  if (!last || last.kind === 'section' || last.kind === 'heading' || itemMark.test(line.text)) return false
  if (last.kind === 'item' || (section !== keyIdeas && section !== reading)) return true
  return !/[.!?]["”’)]*$/.test(last.text)
}

function blockOf(text: string): Block {
  const mark = itemMark.exec(text)
  return mark
    ? { kind: 'item', number: mark[1] ?? null, text: text.slice(mark[0].length) }
    : { kind: 'paragraph', number: null, text }
}

/** An entry "Name. Sentence." as a heading and its text; anything else as it stands. */
function ideaOf(block: Block): Block[] {
  if (block.kind === 'section' || block.kind === 'heading') return [block]
  const [name, text] = nameAndText(block.text) ?? []
  if (!name || !text || wordsOf(name).length > longestName) return [block]
  return [
    { kind: 'heading', number: null, text: name },
    { kind: 'paragraph', number: null, text },
  ]
}

function nameAndText(entry: string): [string, string] | null {
  const bold = new RegExp(`^${marks.bold}([^${marks.bold}]+)${marks.bold}[.:]?\\s*(.+)$`).exec(entry)
  if (bold) return [bold[1]!.trim().replace(/[.:]$/, ''), bold[2]!.replace(/^[—–]\s+/, '')]
  for (const stop of entry.matchAll(new RegExp(`([.!?])[${marks.linkEnd}${marks.bold}]*\\s+`, 'g'))) {
    const before = entry.slice(0, stop.index)
    if (stop[1] === '.' && abbreviation.test(wordsOf(before))) continue
    return [before + (stop[1] === '.' ? '' : stop[1]), entry.slice(stop.index + stop[0].length)]
  }
  return null
}

function sectionAt(blocks: Block[], i: number): string {
  const head = blocks.slice(0, i + 1).findLast((block) => block.kind === 'section')
  return head ? nameOf(head.text) : ''
}

function isSection(line: SourceLine): boolean {
  return sectionNames.includes(nameOf(wordsOf(line.text)))
}

/** Text files don't say which lines are headings; a few words on a line of their own, with no stop, are taken for one. */
function looksLikeHeading(words: string): boolean {
  return /^\p{Lu}/u.test(words) && words.split(' ').length <= 8 && !/[.!?:;,…"“”\d]|^(.{61})/u.test(words)
}

/** A name for comparing: case and kinds of quotation marks set aside. */
function nameOf(words: string): string {
  return words
    .normalize('NFC')
    .toLowerCase()
    .replace(/[‘’]/g, "'")
    .replace(/^debates and critiques$/, 'debates & critiques')
}

/** `Jane Jacobs’s Économie` → `jane-jacobss-economie`. */
function idOf(title: string): string {
  return title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\p{M}'’]/gu, '')
    .replace(/&/g, ' and ')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}

function render(blocks: Block[]): string {
  let out = ''
  for (const [i, block] of blocks.entries()) {
    const text = toMarkdown(block.text)
    const follows = block.kind === 'item' && blocks[i - 1]?.kind === 'item'
    if (i > 0) out += follows ? '\n' : '\n\n'
    if (block.kind === 'section' || block.kind === 'heading') {
      // Signs at the end of a heading would be taken for its closing ones.
      const heading = text.replace(/(#+)$/, (signs) => signs.replaceAll('#', '\\#'))
      out += `${block.kind === 'section' ? '##' : '###'} ${heading}`
    } else out += block.kind === 'item' ? `${block.number ? `${block.number}.` : '-'} ${text}` : text
  }
  return `${out}\n`
}
