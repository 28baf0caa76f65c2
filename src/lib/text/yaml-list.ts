import {
  Document,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  Scalar,
  visit,
  type YAMLMap,
} from 'yaml'
import { type LineEdit, linesOf } from './line-edit.ts'

/** Where an entry of a list stands: lines from its comments on to its end, 0-based, `end` exclusive. */
interface Block {
  start: number
  end: number
}

const emptyList = /:\s*\[\s*\]/

interface YamlList {
  lines: string[]
  blocks: Block[]
  /** The entries themselves. */
  maps: YAMLMap[]
  /** The line of an offset in the text, 0-based. */
  lineAt: (offset: number) => number
  /** Columns of the dash and of the fields. */
  dash: number
  field: number
  /** The line of the list's key. */
  keyLine: number
}

/**
 * The change that puts an entry before the `index`-th of the list under a top-level key, or after all of them, with the
 * indentation and the blank lines of its neighbours. A sentence when the list can't be changed by lines.
 */
export function insertEntry(
  text: string,
  key: string,
  index: number,
  entry: Record<string, unknown>,
): LineEdit | string {
  const edits = insertEntries(text, key, [{ index, entry }])
  return typeof edits === 'string' ? edits : edits[0]!
}

/** The same for many entries: changes from the last to the first, to be made in this order. `index` is as it is before. */
export function insertEntries(
  text: string,
  key: string,
  inserts: { index: number; entry: Record<string, unknown> }[],
): LineEdit[] | string {
  const list = readList(text, key)
  if (typeof list === 'string') return list
  const byIndex = [...Map.groupBy(inserts, ({ index }) => Math.min(index, list.blocks.length))]
  return byIndex
    .sort(([a], [b]) => b - a)
    .map(([index, all]) => {
      const blocks = all.map(({ entry }) => entryLines(entry, list.dash, list.field))
      return insertion(list, index, blocks)
    })
}

function insertion({ lines, blocks, keyLine }: YamlList, index: number, added: string[][]): LineEdit {
  const next = blocks[index]
  const last = blocks.at(-1)
  if (!last) {
    const head = lines[keyLine]!.replace(emptyList, ':').trimEnd()
    return { at: keyLine, remove: 1, add: [head, ...added.flat()] }
  }
  if (next) {
    const neighbour = index === 0 ? blocks[1] : next
    const apart = neighbour !== undefined && isBlank(lines[neighbour.start - 1])
    return { at: next.start, remove: 0, add: added.flatMap((block) => (apart ? [...block, ''] : block)) }
  }
  const apart = blocks.length > 1 && isBlank(lines[last.start - 1])
  return { at: last.end, remove: 0, add: added.flatMap((block) => (apart ? ['', ...block] : block)) }
}

/**
 * The change that takes the `index`-th entry out of the list under a top-level key. The comments right above it at its own
 * indentation go with it, and those within; others stay. A sentence when the list can't be changed by lines.
 */
export function removeEntry(text: string, key: string, index: number): LineEdit | string {
  const list = readList(text, key)
  if (typeof list === 'string') return list
  const { lines, blocks } = list
  const block = blocks[index]
  if (!block) return `The list has no entry ${index + 1}.`
  const { start, end } = block
  if (blocks.length === 1) {
    const between = lines.slice(list.keyLine + 1, start)
    const add = [lines[list.keyLine]!.replace(':', ': []'), ...between]
    return { at: list.keyLine, remove: end - list.keyLine, add }
  }
  const [before, after] = [isBlank(lines[start - 1]), end < lines.length - 1 && isBlank(lines[end])]
  const isLast = index === blocks.length - 1
  if (isLast && before) return { at: start - 1, remove: end - start + 1, add: [] }
  const takesBlank = after && !isLast && (before || index === 0)
  return { at: start, remove: end - start + (takesBlank ? 1 : 0), add: [] }
}

/** The list under a top-level key and where its entries stand; a sentence when it can't be changed by lines. */
export function readList(text: string, key: string): YamlList | string {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter, keepSourceTokens: true, prettyErrors: false })
  const pair = isMap(document.contents)
    ? document.contents.items.find((one) => isScalar(one.key) && one.key.value === key)
    : undefined
  if (document.errors.length || !pair || !isScalar(pair.key)) return `There is no list \`${key}\` in it.`
  const { lines } = linesOf(text)
  const lineAt = (offset: number) => counter.linePos(offset).line - 1
  const keyLine = lineAt(pair.key.range![0])
  const seq = pair.value
  const byHand = `Its list \`${key}\` is not written as entries below one another, each with a dash; change it by hand.`
  if (!isSeq(seq)) return byHand
  if (seq.items.length === 0) {
    if (!emptyList.test(lines[keyLine]!)) return byHand
    return { lines, blocks: [], maps: [], lineAt, dash: 2, field: 4, keyLine }
  }
  const token = seq.srcToken
  if (token?.type !== 'block-seq') return byHand
  const dashes = token.items.flatMap(({ start }) =>
    start.filter(({ type }) => type === 'seq-item-ind').map(({ offset }) => counter.linePos(offset)),
  )
  const first = seq.items[0]
  if (dashes.length !== seq.items.length || !isMap(first)) return byHand
  const dash = dashes[0]!.col - 1
  const field = counter.linePos(first.range![0]).col - 1
  if (field <= dash || lineAt(first.range![0]) !== dashes[0]!.line - 1) return byHand
  const blocks: Block[] = []
  for (const [i, item] of seq.items.entries()) {
    const at = dashes[i]!.line - 1
    const bound = dashes[i + 1] ? dashes[i + 1]!.line - 1 : lines.length
    let start = at
    const least = blocks.at(-1)?.end ?? keyLine + 1
    while (start > least && isComment(lines[start - 1]) && indentOf(lines[start - 1]!) === dash) start -= 1
    let end = lineAt(lastOffset(item, text)) + 1
    while (end < bound && isComment(lines[end]) && indentOf(lines[end]!) > dash) end += 1
    if (end <= at || end > bound) return byHand
    blocks.push({ start, end })
  }
  const maps = seq.items.filter((item) => isMap(item))
  if (maps.length < blocks.length) return byHand
  return { lines, blocks, maps, lineAt, dash, field, keyLine }
}

/** Offset of the last character of a node's own text. */
export function lastOffset(item: unknown, text: string): number {
  let node = item
  while (isPair(node) || (isCollection(node) && !node.flow)) {
    const inner: unknown = isPair(node) ? (node.value ?? node.key) : node.items.at(-1)
    if (inner === undefined || inner === null) break
    node = inner
  }
  const [from, to] = (node as Scalar).range!
  let end = to
  while (end > from && /\s/.test(text[end - 1]!)) end -= 1
  return Math.max(from, end - 1)
}

function isBlank(line: string | undefined): boolean {
  return line !== undefined && line.trim() === ''
}

function isComment(line: string | undefined): boolean {
  return line?.trimStart().startsWith('#') === true
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}

/** An entry as curators write it: a field a line, lists within brackets, quotes only where they are needed or usual. */
function entryLines(entry: Record<string, unknown>, dash: number, field: number): string[] {
  return yamlText(entry)
    .split('\n')
    .map((line, i) =>
      i === 0 ? `${' '.repeat(dash)}-${' '.repeat(field - dash - 1)}${line}` : `${' '.repeat(field)}${line}`,
    )
}

/** Characters that are lost or taken for ends of lines unless they are escaped. */
const unseen = /^\s|\s$|[\p{Cc}\u2028\u2029\ufeff]/u

/** Fields as YAML in the style of the curated files, without a line end. */
export function yamlText(fields: Record<string, unknown>): string {
  const document = new Document(fields)
  visit(document, {
    Pair: (_, { value }) => {
      if (isSeq(value)) value.flow = true
    },
    Scalar: (key, node) => {
      if (key === 'key' || typeof node.value !== 'string') return
      if (unseen.test(node.value)) node.type = Scalar.QUOTE_DOUBLE
      // A rule within a list; a path is no value of any other field.
      else if (node.value.startsWith('/')) node.type = Scalar.QUOTE_SINGLE
    },
  })
  const style = { lineWidth: 0, singleQuote: true, flowCollectionPadding: false } as const
  return document.toString({ ...style, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER }).trimEnd()
}
