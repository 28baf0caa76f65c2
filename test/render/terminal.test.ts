import { describe, expect, test } from 'vitest'
import { columns, wrap } from '../../src/render/wrap.ts'
import { hostileDigest, quietDigest, richDigest } from '../fixtures/digests.ts'
import { renderer, titles, unseen } from './reading.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
const colours = /\x1b\[\d+m/g

describe('the digest in a terminal', () => {
  test.each([40, 60, 76, 100])('keeps its lines within %i columns, links apart', (width) => {
    const lines = renderer.text(richDigest, { width }).split('\n')
    const long = lines.filter((line) => columns(line) > width && !/^\s*https:\/\/\S+$/.test(line))
    expect(long).toEqual([])
  })

  test('has no control characters unless colours are asked for', () => {
    expect(unseen(renderer.text(richDigest))).toEqual([])
  })

  test('says the same with colours as without', () => {
    const coloured = renderer.text(richDigest, { colour: true })
    expect(coloured).toMatch(colours)
    expect(coloured.replace(colours, '')).toBe(renderer.text(richDigest))
  })

  test('ends every colour in the line in which it begins', () => {
    for (const line of renderer.text(richDigest, { colour: true }).split('\n')) {
      expect(line.match(colours)?.at(-1) ?? '\x1b[0m').toBe('\x1b[0m')
    }
  })

  test('lets no feed send sequences of its own', () => {
    const text = renderer.text(hostileDigest, { colour: true })
    expect(unseen(text.replace(colours, ''))).toEqual([])
    expect(text).not.toContain('\x1b[31mred')
  })

  test('marks each story with its direction', () => {
    const text = renderer.text(richDigest)
    expect(text).toMatch(/▲ OLMo 4 is out.*\n {2}opens · Ai2 Blog · 18 Nov/)
    expect(text).toMatch(/▼ Meta says.*\n {2}closes · Ars Technica/)
    expect(text).toMatch(/◆ Stability AI.*\n {2}contested · Sifted/)
  })

  test('draws twelve weeks for each direction', () => {
    const row =
      /^▲ ([·▁▂▃▄▅▆▇█]{12}) {3}▼ ([·▁▂▃▄▅▆▇█]{12}) {3}◆ ([·▁▂▃▄▅▆▇█]{12})\n12 weeks: 22 open, 15 close, 16 contested$/m
    expect(renderer.text(richDigest)).toMatch(row)
  })

  test('is short in a quiet week', () => {
    const text = renderer.text(quietDigest)
    expect(text).toContain('A quiet week.\nNone of the 412 items read bore on the five key ideas.')
    expect(text.trim().split('\n').length).toBeLessThan(16)
    expect(titles.text(text)).toEqual([])
  })
})

describe('wrapping', () => {
  test('counts wide characters twice', () => {
    expect(columns('开放')).toBe(4)
    expect(wrap('开放模型开放模型', 8)).toEqual(['开放模型', '开放模型'])
  })

  test('keeps links whole and breaks other words that are too long', () => {
    const link = 'https://example.org/a/very/long/path/that/goes/on'
    expect(wrap(`see ${link} there`, 20)).toEqual(['see', link, 'there'])
    expect(wrap('a'.repeat(25), 10)).toEqual(['a'.repeat(10), 'a'.repeat(10), 'a'.repeat(5)])
  })
})
