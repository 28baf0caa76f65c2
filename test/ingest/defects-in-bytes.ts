import type { DefectClass } from './defect-classes.ts'
import { rss, rssItem } from './documents.ts'

const two = rssItem(1) + rssItem(2)
const prolog = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>`
/** One item with this title, in a document that says it is in this encoding. */
const titled = (title: string, encoding?: string) => {
  const text = rss(rssItem(1, { title }))
  return encoding === undefined
    ? text.replace(/^<\?xml[^>]*>/, '')
    : text.replace(/^<\?xml[^>]*>/, prolog(encoding))
}
const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16()
const utf32le = (text: string) => Buffer.from(Uint32Array.from(text, (c) => c.codePointAt(0)!).buffer)
/** Cyrillic letters as windows-1251, where А is 0xC0. */
const cyrillic = (text: string) =>
  Buffer.from(
    text.replace(/[А-я]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0x410 + 0xc0)),
    'latin1',
  )
const broken = (text: string, byte: number) => {
  const bytes = Buffer.from(text)
  bytes[bytes.indexOf('#')] = byte
  return bytes
}

/** Defects of the encoding: what is said of it, and what the bytes are. */
export const byteDefects: DefectClass[] = [
  { name: 'UTF-16 with a byte order mark, said to be UTF-8', document: Buffer.from(`\ufeff${titled('Größe 日本', 'utf-8')}`, 'utf16le'), contentType: 'text/xml; charset=utf-8', items: [{ title: 'Größe 日本' }] },
  { name: 'UTF-16 LE without a byte order mark', document: Buffer.from(titled('Größe'), 'utf16le'), items: [{ title: 'Größe' }] },
  { name: 'UTF-16 BE without a byte order mark', document: utf16be(titled('Größe', 'utf-16')), items: [{ title: 'Größe' }] },
  { name: 'UTF-16 that breaks off in a character', document: Buffer.from(`\ufeff${rss(two)} x`, 'utf16le').subarray(0, -1) },
  { name: 'UTF-8 that is said to be UTF-16', document: titled('Größe', 'utf-16'), contentType: 'text/xml; charset=utf-16', items: [{ title: 'Größe' }] },
  { name: 'UTF-32', document: utf32le(`\ufeff${titled('日本 😀', 'utf-32')}`), items: [{ title: '日本 😀' }] },
  { name: 'UTF-8 that is said to be Latin 1', document: titled('Größe', 'iso-8859-1'), contentType: 'text/xml; charset=iso-8859-1', items: [{ title: 'Größe' }] },
  { name: 'windows-1252 that is said to be UTF-8', document: Buffer.from(titled('Caf\u00e9 na\u00efve', 'utf-8'), 'latin1'), contentType: 'text/xml; charset=utf-8', items: [{ title: 'Café naïve' }] },
  { name: 'quotes of windows-1252 in what is said to be Latin 1', document: Buffer.from(titled('\x93Caf\xe9\x94', 'iso-8859-1'), 'latin1'), items: [{ title: '“Café”' }] },
  { name: 'windows-1251 that only the prolog names', document: cyrillic(titled('Мир', 'windows-1251')), contentType: 'application/rss+xml', items: [{ title: 'Мир' }] },
  { name: 'windows-1251 under another name', document: cyrillic(titled('Мир', 'Win-1251')), items: [{ title: 'Мир' }] },
  { name: 'an encoding nobody knows', document: titled('Größe', 'x-nonsense'), items: [{ title: 'Größe' }] },
  { name: 'a charset in quotes that only the header names', document: Buffer.from(titled('Gr\u00f6\u00dfe'), 'latin1'), contentType: "text/xml; charset='ISO-8859-1'", items: [{ title: 'Größe' }] },
  { name: 'one byte broken in UTF-8', document: broken(titled('Größe # Länge', 'utf-8'), 0xff), contentType: 'text/xml; charset=utf-8', items: [{ title: 'Größe \ufffd Länge' }] },
  { name: 'bytes broken in a tag', document: broken(rss(two).replace('<link>', '<l#nk/><link>'), 0x80) },
  { name: 'zeros between characters', document: Buffer.from(rss(two).replaceAll('Title', 'T\0it\0le')) },
  { name: 'an end that breaks off in a character', document: Buffer.from(`${rss(two)}<!-- ö`).subarray(0, -1) },
  { name: 'EBCDIC', document: Buffer.from([0x4c, 0x6f, 0xa7, 0x94, 0x93, 0x40, 0xa5, 0x85, 0x99]), failed: 'notAFeed' },
  { name: 'a picture', document: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]), failed: 'notAFeed' },
  { name: 'zeros', document: Buffer.alloc(2_000), failed: 'empty' },
] // biome-ignore format: a table
