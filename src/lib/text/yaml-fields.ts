import { isScalar } from 'yaml'
import type { LineEdit } from './line-edit.ts'
import { lastOffset, readList, yamlText } from './yaml-list.ts'

/**
 * The change of some fields of the `index`-th entry of the list under a top-level key, as one stretch of lines. A field
 * that is there gets its new value where it stands, with the comment behind it; one that is not comes after those that
 * `order` puts before it; `undefined` takes a field out. A sentence when the entry can't be changed by lines.
 */
export function changeFields(
  text: string,
  key: string,
  index: number,
  fields: Record<string, unknown>,
  order: string[],
): LineEdit | string {
  const list = readList(text, key)
  if (typeof list === 'string') return list
  const { lines, blocks, maps, lineAt, field } = list
  const [block, map] = [blocks[index], maps[index]]
  if (!block || !map) return `The list has no entry ${index + 1}.`
  if (map.flow) return 'Its entry is written within braces; change it by hand.'
  const places = new Map<string, { from: number; to: number; column: number; behind: string }>()
  for (const pair of map.items) {
    if (!isScalar(pair.key) || typeof pair.key.value !== 'string' || !pair.key.range) continue
    const [start] = pair.key.range
    const last = lastOffset(pair, text)
    const from = lineAt(start)
    const to = lineAt(last)
    const lineStart = text.lastIndexOf('\n', start - 1) + 1
    const lineEnd = text.indexOf('\n', last)
    const rest = text.slice(last + 1, lineEnd < 0 ? text.length : lineEnd).trimEnd()
    const behind = from === to && rest.trimStart().startsWith('#') ? rest : ''
    places.set(pair.key.value, { from, to, column: start - lineStart, behind })
  }
  let changed = [...lines]
  const indent = ' '.repeat(field)
  /** Lines below a change move with it. */
  const splice = (from: number, remove: number, add: string[]) => {
    changed = changed.toSpliced(from, remove, ...add)
    const grown = add.length - remove
    for (const place of places.values()) {
      if (place.from < from) continue
      place.from += grown
      place.to += grown
    }
  }
  for (const [name, value] of Object.entries(fields)) {
    const place = places.get(name)
    if (value === undefined) {
      if (!place) continue
      if (/^\s*-/.test(changed[place.from]!))
        return `Its field \`${name}\` can't be taken out by lines; change it by hand.`
      places.delete(name)
      splice(place.from, place.to - place.from + 1, [])
      continue
    }
    const [first = '', ...more] = yamlText({ [name]: value }).split('\n')
    if (place) {
      const { from, to, column, behind } = place
      const head = changed[from]!.slice(0, column)
      const added = [head + first + behind, ...more.map((line) => indent + line)]
      places.delete(name)
      splice(from, to - from + 1, added)
      places.set(name, { from, to: from + added.length - 1, column, behind })
    } else {
      const before = order.slice(0, Math.max(0, order.indexOf(name)))
      const after = [...places].filter(([one]) => before.includes(one)).map(([, { to }]) => to)
      const at =
        (after.length ? Math.max(...after) : Math.max(...[...places.values()].map(({ to }) => to))) + 1
      splice(
        at,
        0,
        [first, ...more].map((line) => indent + line),
      )
      places.set(name, { from: at, to: at + more.length, column: field, behind: '' })
    }
  }
  return betweenLines(lines, changed)
}

/** The change from some lines to others as one stretch: what is the same before and after it is left out. */
function betweenLines(from: string[], to: string[]): LineEdit {
  let at = 0
  while (at < from.length && at < to.length && from[at] === to[at]) at += 1
  let same = 0
  while (same < from.length - at && same < to.length - at && from.at(-1 - same) === to.at(-1 - same))
    same += 1
  return { at, remove: from.length - at - same, add: to.slice(at, to.length - same) }
}
