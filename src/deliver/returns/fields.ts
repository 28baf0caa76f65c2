import { oneLine } from '../../lib/text/index.ts'
import { normalEmail } from '../../model/index.ts'

/** `Name: value` lines, unfolded; names in lower case. */
export type Field = { name: string; value: string }

/** More lines than any report has; what follows is not read. */
const mostLines = 5_000

/**
 * Blocks of fields, as they stand in a status report or at the head of a message: blocks end at an empty line, lines
 * that are no fields are passed over. At most `most` blocks.
 */
export function fieldBlocks(text: string, most = Number.POSITIVE_INFINITY): Field[][] {
  const blocks: Field[][] = []
  let block: Field[] = []
  for (const line of text.split(/\r{0,3}\n|\r/, mostLines)) {
    if (line.trim() === '') {
      if (block.length > 0) blocks.push(block)
      if (blocks.length >= most) return blocks
      block = []
      continue
    }
    const last = block.at(-1)
    if (/^[ \t]/.test(line) && last) {
      last.value = `${last.value} ${line.trim()}`.trim()
      continue
    }
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase()
    if (/^[!-9;-~]{1,100}$/.test(name)) block.push({ name, value: line.slice(colon + 1).trim() })
  }
  if (block.length > 0) blocks.push(block)
  return blocks
}

/** The fields at the head of a message. */
export function headFields(text: string): Field[] {
  return fieldBlocks(text, 1)[0] ?? []
}

export function allValues(fields: Field[], name: string): string[] {
  return fields.flatMap((field) => (field.name === name && field.value !== '' ? [field.value] : []))
}

export function firstValue(fields: Field[], name: string): string | null {
  return allValues(fields, name)[0] ?? null
}

/** Text of bytes that should be UTF-8 and may be Latin. */
export function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

/** An address as reports write it (`rfc822; <Reader@example.org>`, `utf-8; J\x{F6}rg@…`), bare and lower-case. */
export function reportedAddress(value: string): string | null {
  const [, type, rest] = /^\s*([\w-]+)\s*;(.*)$/s.exec(value) ?? [null, '', value]
  const plain = /^utf-?8/i.test(type!) ? unescaped(rest!) : rest!
  const bracketed = /<([^<>]*)>/.exec(plain)?.[1] ?? plain
  return normalEmail(bracketed.trim().replace(/^["']|["']$/g, ''))
}

/** RFC 6533 writes what is not ASCII as `\x{HEX}` where only ASCII may stand. */
function unescaped(text: string): string {
  return text.replace(/\\x\{([0-9a-f]{1,6})\}/gi, (all, hex: string) => {
    const code = Number.parseInt(hex, 16)
    return code > 0x1f && code <= 0x10ffff ? String.fromCodePoint(code) : all
  })
}

/** A Message-ID with its angle brackets; null where there is none. */
export function messageIdIn(value: string | null): string | null {
  if (value === null) return null
  const id = /<([^<>\s]{1,900})>/.exec(value)?.[1] ?? /^([^<>\s]{1,900}@[^<>\s]{1,900})$/.exec(value)?.[1]
  return id === undefined ? null : `<${id}>`
}

/** On one line, without invisible characters, at most `most` characters. */
export function shortLine(text: string, most = 300): string {
  return clipped(oneLine(text.slice(0, most * 20)), most).trimEnd()
}

/** At most `most` characters, none of them cut in half. */
export function clipped(text: string, most: number): string {
  return text.length <= most ? text : text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')
}

export function distinct(addresses: (string | null)[]): string[] {
  return [...new Set(addresses)].filter((address) => address !== null)
}
