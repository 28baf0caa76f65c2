import { expect, test } from 'vitest'
import { decode } from '../../src/ingest/decode.ts'

const prolog = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>`
const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))
const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16()

test.each<[string, Buffer, string | null, string]>([
  ['UTF-8 by its byte order mark', bytes([0xef, 0xbb, 0xbf], 'Größe'), 'text/xml; charset=iso-8859-1', 'Größe'],
  ['UTF-16 LE by its byte order mark', Buffer.from('\ufeffGröße', 'utf16le'), null, 'Größe'],
  ['UTF-16 BE by its byte order mark', utf16be('\ufeffGröße'), 'text/xml; charset=utf-8', 'Größe'],
  ['UTF-16 LE without a mark', Buffer.from('<r>Größe</r>', 'utf16le'), null, '<r>Größe</r>'],
  ['UTF-16 BE without a mark', utf16be('<r>Größe</r>'), null, '<r>Größe</r>'],
  ['valid UTF-8 whatever is said of it', bytes(prolog('iso-8859-1'), 'Größe'), 'text/xml; charset=iso-8859-1', `${prolog('iso-8859-1')}Größe`],
  ['the charset of the header', bytes('caf', [0xe9]), 'application/xml;charset="ISO-8859-1"', 'café'],
  ['the header before the prolog', bytes(prolog('iso-8859-1'), [0xcf, 0xf0]), 'text/xml; charset=windows-1251', `${prolog('iso-8859-1')}Пр`],
  ['the encoding of the prolog', bytes(prolog('windows-1251'), [0xcf, 0xf0]), 'text/xml', `${prolog('windows-1251')}Пр`],
  ['the prolog where the header names what does not exist', bytes(prolog('windows-1251'), [0xcf]), 'text/xml; charset=x-nonsense', `${prolog('windows-1251')}П`],
  ['Shift_JIS', bytes(prolog('Shift_JIS'), [0x93, 0xfa, 0x96, 0x7b]), null, `${prolog('Shift_JIS')}日本`],
  ['GBK', bytes([0xd6, 0xd0]), 'text/xml; charset=gbk', '中'],
  ['ISO-2022-JP, whose bytes are ASCII', bytes([0x1b, 0x24, 0x42, 0x46, 0x7c, 0x4b, 0x5c, 0x1b, 0x28, 0x42]), 'text/xml; charset=iso-2022-jp', '日本'],
  ['windows-1252 when nobody says anything', bytes([0x93], 'caf', [0xe9, 0x94]), null, '“café”'],
  ['UTF-8 that breaks off in a character', bytes('Größe', [0xc3]), null, 'Größe'],
  ['UTF-8 with a bad byte, declared as such', bytes('Größe ', [0xff], ' x'), 'text/xml; charset=utf-8', 'Größe \ufffd x'],
  ['nothing', Buffer.alloc(0), null, ''],
])('decodes %s', (_what, body, contentType, text) => {
  expect(decode(body, contentType)).toBe(text)
}) // biome-ignore format: a table
