import { randomBytes } from 'node:crypto'

/**
 * Places in an encoded message that differ from reader to reader. A slot stands for values of one length, made of
 * characters that quoted-printable leaves as they are, so that filling it in moves no line break and needs no encoding.
 */
export interface Slot {
  name: string
  /** What stands there until it is filled; write it into links. */
  placeholder: string
}

/** A run of a slot's characters in the message; a soft line break may lie between two runs. */
interface Run {
  slot: string
  /** Where it begins in the message, which of the value's characters comes first, and how many follow. */
  at: number
  from: number
  length: number
}

/** Random letters of a placeholder; 96 bits. */
const randomLetters = 24

/**
 * A slot for values of `length` characters; letters, digits, `-`, `_`, `.`. Its placeholder is another for each slot that
 * is made: who could guess it might write it into a link of their own and be sent what belongs to the reader.
 */
export function slotOf(name: string, length: number): Slot {
  const head = `SLOT${name.toUpperCase().replace(/[^A-Z]/g, '')}${randomBytes(randomLetters / 2).toString('hex')}`
  if (head.length > length)
    throw new Error(`A slot named “${name}” needs values of ${head.length} characters at least.`)
  return { name, placeholder: head.padEnd(length, 'x') }
}

/** Finds the slots in a message, past the soft line breaks of quoted-printable. */
export function findRuns(message: Buffer, slots: readonly Slot[]): Run[] {
  // The message without soft breaks, and where each of its characters stands.
  const positions: number[] = []
  let plain = ''
  const text = message.toString('latin1')
  for (let i = 0; i < text.length; ) {
    const soft = text.indexOf('=\r\n', i)
    const end = soft < 0 ? text.length : soft
    plain += text.slice(i, end)
    for (let at = i; at < end; at++) positions.push(at)
    i = end + (soft < 0 ? 0 : 3)
  }
  return slots.flatMap(({ name, placeholder }) => {
    const runs: Run[] = []
    for (let found = plain.indexOf(placeholder); found >= 0; found = plain.indexOf(placeholder, found + 1)) {
      for (let from = 0; from < placeholder.length; ) {
        const at = positions[found + from]!
        let length = 1
        while (from + length < placeholder.length && positions[found + from + length] === at + length)
          length++
        runs.push({ slot: name, at, from, length })
        from += length
      }
    }
    return runs
  })
}

/** Fills runs of `message`, in place. Throws when a value is not as long as its slot or of other characters. */
export function fillRuns(
  message: Buffer,
  runs: readonly Run[],
  slots: readonly Slot[],
  values: Record<string, string>,
): void {
  for (const { name, placeholder } of slots) {
    const value = values[name] ?? ''
    if (value.length !== placeholder.length || !/^[\w.-]*$/.test(value)) {
      throw new Error(
        `The slot “${name}” takes ${placeholder.length} letters, digits, “-”, “_” or “.”, not “${value}”.`,
      )
    }
  }
  for (const { slot, at, from, length } of runs) {
    message.write(values[slot]!.slice(from, from + length), at, length, 'latin1')
  }
}
