/**
 * Names and their places in a list, in a few flat arrays: a hash table with linear probing. A `Map` and an array of the same
 * 180,000 names take three times the memory, in as many strings that the garbage collector walks through each time.
 */
export interface NameTable {
  readonly length: number
  /** The name's place in the list, or undefined where it is not in it. */
  indexOf(name: string): number | undefined
  /** The name at a place of the list, or undefined behind its end. */
  at(index: number): string | undefined
  /** The names in their order. */
  toArray(): string[]
}

/** A table of these names, of which none is empty or stands twice. */
export function nameTable(names: string[]): NameTable {
  const { length } = names
  // Nearly all are ASCII; the others are kept as they are.
  const others = new Map([...names.entries()].filter(([, name]) => !isAscii(name)))
  const ends = new Uint32Array(length)
  let size = 0
  for (let i = 0; i < length; i++) {
    if (!others.has(i)) size += names[i]!.length
    ends[i] = size
  }
  const text = Buffer.alloc(size)
  // At most half full, so that few names stand elsewhere than where they are looked for first.
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * length + 2))).fill(-1)
  const mask = slots.length - 1
  for (let i = 0; i < length; i++) {
    const name = names[i]!
    if (!others.has(i)) text.write(name, startOf(i), 'latin1')
    let slot = hashOf(name) & mask
    while (slots[slot] !== -1) slot = (slot + 1) & mask
    slots[slot] = i
  }

  function startOf(i: number): number {
    return i === 0 ? 0 : ends[i - 1]!
  }

  function isAt(i: number, name: string): boolean {
    const start = startOf(i)
    if (ends[i] === start) return others.get(i) === name
    if (ends[i]! - start !== name.length) return false
    for (let at = 0; at < name.length; at++) if (text[start + at] !== name.charCodeAt(at)) return false
    return true
  }

  function nameAt(i: number): string {
    return others.get(i) ?? text.toString('latin1', startOf(i), ends[i])
  }

  return {
    length,
    indexOf(name) {
      for (let slot = hashOf(name) & mask; ; slot = (slot + 1) & mask) {
        const i = slots[slot]!
        if (i === -1) return undefined
        if (isAt(i, name)) return i
      }
    },
    at: (i) => (i < length ? nameAt(i) : undefined),
    toArray: () => Array.from(ends, (_, i) => nameAt(i)),
  }
}

function isAscii(name: string): boolean {
  for (let at = 0; at < name.length; at++) if (name.charCodeAt(at) > 127) return false
  return true
}

/** FNV-1a (Fowler, Noll, Vo) over UTF-16 units. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193)
  // Its low bits are the weaker ones.
  return (hash ^ (hash >>> 15)) >>> 0
}
