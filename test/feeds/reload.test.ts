import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { feedChanges, readFeedLists, watchFeedLists } from '../../src/feeds/index.ts'
import { problemLine } from '../../src/lib/text/index.ts'

const entry = (id: string, more = '') =>
  `  - id: ${id}\n    title: ${id}\n    url: https://${id}.example/feed\n    site: https://${id}.example/\n    kind: lab\n${more}`
const list = (...ids: string[]) => `group: Test\nfeeds:\n${ids.map((id) => entry(id)).join('')}`

/** A folder of lists, read once, and a clock. */
async function watched(files: Record<string, string>) {
  const dir = mkdtempSync(join(tmpdir(), 'freehold-reload-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text)
  let now = Date.UTC(2026, 10, 23, 9)
  const watch = watchFeedLists(dir, 'feeds', () => now)
  const looked = async (anew = false) => {
    const lists = await watch.look({ anew })
    return (
      lists && (lists.problems.length ? lists.problems.map(problemLine) : lists.feeds.map(({ id }) => id))
    )
  }
  const setting = {
    dir,
    at: (name: string) => join(dir, name),
    write: (name: string, text: string) => writeFileSync(join(dir, name), text),
    pass(ms: number) {
      now += ms
    },
    /** One look: ids of the feeds, or what is wrong; null when there is nothing new. */
    look: looked,
    /** As many looks as a change needs. */
    async settled() {
      const first = await looked()
      return first ?? (await looked())
    },
  }
  return { ...setting, first: await setting.settled() }
}

describe('a look at the lists', () => {
  test('gives them at the first reading, and again only when something has changed', async () => {
    const { first, look, pass, write } = await watched({ 'a.yaml': list('one') })
    expect(first).toEqual(['one'])
    for (let n = 0; n < 5; n++) expect(await look()).toBeNull()
    pass(3_600_000)
    expect(await look()).toBeNull()
    write('a.yaml', list('one', 'two'))
    expect(await look()).toBeNull()
    expect(await look()).toEqual(['one', 'two'])
    expect(await look()).toBeNull()
  })

  test('sees files that come, go and are renamed', async () => {
    const { settled, write, at } = await watched({ 'a.yaml': list('one') })
    write('b.yml', list('two'))
    expect(await settled()).toEqual(['one', 'two'])
    renameSync(at('b.yml'), at('0.yaml'))
    expect(await settled()).toEqual(['two', 'one'])
    rmSync(at('a.yaml'))
    expect(await settled()).toEqual(['two'])
  })

  test('sees a file that an editor has put in the place of another', async () => {
    const { settled, write, at } = await watched({ 'a.yaml': list('one') })
    write('a.yaml~', list('two'))
    expect(await settled()).toBeNull()
    renameSync(at('a.yaml~'), at('a.yaml'))
    expect(await settled()).toEqual(['two'])
  })

  test('leaves a file alone that is still being written', async () => {
    const { look, write } = await watched({ 'a.yaml': list('one') })
    write('a.yaml', '')
    expect(await look()).toBeNull()
    write('a.yaml', `${list('one')}  - id: tw`)
    expect(await look()).toBeNull()
    write('a.yaml', list('one', 'two'))
    expect(await look()).toBeNull()
    expect(await look()).toEqual(['one', 'two'])
  })

  test('finds nothing new where only a time has changed', async () => {
    const { settled, at } = await watched({ 'a.yaml': list('one') })
    utimesSync(at('a.yaml'), 1, 1)
    expect(await settled()).toBeNull()
  })

  test('finds within a minute what neither size nor time tells', async () => {
    const { settled, write, at, pass } = await watched({ 'a.yaml': list('one') })
    utimesSync(at('a.yaml'), 1, 1)
    expect(await settled()).toBeNull()
    write('a.yaml', list('two'))
    utimesSync(at('a.yaml'), 1, 1)
    pass(59_999)
    expect(await settled()).toBeNull()
    pass(1)
    expect(await settled()).toEqual(['two'])
  })

  test('that reads anew gives them at once, changed or not', async () => {
    const { look, write } = await watched({ 'a.yaml': list('one') })
    expect(await look(true)).toEqual(['one'])
    write('a.yaml', list('two'))
    expect(await look(true)).toEqual(['two'])
    expect(await look()).toBeNull()
    expect(await look()).toBeNull()
  })

  test('names file, line and field of what is wrong, once for each content', async () => {
    const { settled, look, write } = await watched({ 'a.yaml': list('one') })
    write('a.yaml', list('one').replace('kind: lab', 'kind: lob'))
    const [fault, ...more] = (await settled())!
    expect(fault).toMatch(/^feeds\/a\.yaml:7: one: kind: “lob” is none of/)
    expect(more).toEqual([])
    expect(await look()).toBeNull()
    write('a.yaml', list('one').replace('kind: lab', 'kind: lub'))
    expect(await settled()).toEqual([fault!.replace('lob', 'lub')])
    write('a.yaml', list('one'))
    expect(await settled()).toEqual(['one'])
  })

  test('passes over what editors leave beside a file', async () => {
    const { settled, write, at } = await watched({ 'a.yaml': list('one') })
    symlinkSync('nobody@nowhere.1', at('.#a.yaml'))
    write('._a.yaml', '\0\0')
    write('.a.yaml.swp', '\0\0')
    write('#a.yaml#', 'half of')
    expect(await settled()).toBeNull()
  })

  test('says of a file that can’t be read that it can’t', async () => {
    const { settled, at } = await watched({ 'a.yaml': list('one') })
    symlinkSync('nowhere', at('b.yaml'))
    expect(await settled()).toEqual([expect.stringMatching(/^feeds\/b\.yaml:1: can't be read \(ENOENT\)/)])
    rmSync(at('b.yaml'))
    mkdirSync(at('b.yaml'))
    expect(await settled()).toEqual([
      expect.stringMatching(/^feeds\/b\.yaml:1: is no file; take it out of the folder/),
    ])
  })

  test('says of a folder that is gone that it is, and takes it up again when it is back', async () => {
    const { settled, look, dir } = await watched({ 'a.yaml': list('one') })
    const away = `${dir}.away`
    onTestFinished(() => rmSync(away, { recursive: true, force: true }))
    renameSync(dir, away)
    expect(await settled()).toEqual([expect.stringMatching(/^feeds:1: the folder can't be read \(ENOENT\)/)])
    expect(await look()).toBeNull()
    renameSync(away, dir)
    expect(await settled()).toEqual(['one'])
  })
})

test('feeds that are added, removed and changed are told apart', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'freehold-reload-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const read = async (entries: string) => {
    writeFileSync(join(dir, 'a.yaml'), `group: Test\nfeeds:\n${entries}`)
    return (await readFeedLists(dir)).feeds
  }
  const before = await read(entry('one') + entry('two') + entry('three'))
  const after = await read(
    `# In another order.\n${entry('three')}${entry('four')}${entry('one', '    every: 6h\n')}`,
  )
  expect(feedChanges(before, after)).toEqual({ added: ['four'], removed: ['two'], changed: ['one'] })
  expect(feedChanges(before, before.toReversed())).toEqual({ added: [], removed: [], changed: [] })
})
