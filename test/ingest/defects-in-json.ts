import type { DefectClass } from './defect-classes.ts'
import { jsonFeed, jsonItem } from './documents.ts'

const two = [jsonItem(1), jsonItem(2)]
const withFirst = (parts: Record<string, unknown>) => jsonFeed([{ ...jsonItem(1), ...parts }, jsonItem(2)])

/** Defects of JSON Feed. */
export const jsonDefects: DefectClass[] = [
  { name: 'JSON after a byte order mark and blanks', document: `\ufeff \n${jsonFeed(two)}` },
  { name: 'JSON as UTF-16', document: Buffer.from(`\ufeff${jsonFeed(two)}`, 'utf16le') },
  { name: 'JSON Feed without a version', document: jsonFeed(two, { version: undefined }) },
  { name: 'JSON that is no feed', document: '{"error":"not found"}', failed: 'notAFeed' },
  { name: 'a list in JSON', document: '[{"title":"x"}]', failed: 'notAFeed' },
  { name: 'JSON that breaks off', document: jsonFeed(two).slice(0, -20), failed: 'malformed' },
  { name: 'JSON with a comma too many', document: jsonFeed(two).replace(']}', ',]}'), failed: 'malformed' },
  { name: 'items in JSON that are no list', document: jsonFeed([], { items: { a: 1 } }), items: [] },
  { name: 'items in JSON that are null, numbers and texts', document: jsonFeed([null, 7, 'x', ...two]) },
  { name: 'an id in JSON that is a number', document: withFirst({ id: 17 }), items: [{ guid: '17', title: 'Title 1' }, { guid: 'id-2' }] },
  { name: 'a title in JSON that is an object', document: withFirst({ title: { x: 1 } }), items: [{ guid: 'id-1', title: 'Summary 1' }, { guid: 'id-2' }] },
  { name: 'a date in JSON that is none', document: withFirst({ date_published: 'soon' }), items: [{ guid: 'id-1', publishedAt: null }, { guid: 'id-2' }] },
  { name: 'a relative link in JSON', document: jsonFeed([{ ...jsonItem(1), url: 'a' }], { home_page_url: 'https://home.example/x/' }), items: [{ url: 'https://home.example/x/a' }] },
  { name: 'names of JavaScript in JSON', document: jsonFeed(two).replace('{"id":"id-1"', '{"__proto__":{"title":"no"},"constructor":1,"id":"id-1"') },
  { name: 'half a surrogate pair in an id in JSON', document: withFirst({ id: '#' }).replace('#', 'a\\ud83d'), items: [{ guid: 'a\ufffd' }, { guid: 'id-2' }] },
  { name: 'half a surrogate pair in JSON', document: withFirst({ content_text: '#' }).replace('#', 'a\\ud83d') },
] // biome-ignore format: a table
