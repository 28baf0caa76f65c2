import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { templatesDir } from './reading.ts'

const css = readFileSync(join(templatesDir, 'freehold.css'), 'utf8')
const mails = ['email-digest', 'email-confirmation'].map(
  (name) => [name, readFileSync(join(templatesDir, `${name}.html.hbs`), 'utf8')] as const,
)
const papers = { light: '#fbf9f4', dark: '#171613' }
const inks = { light: '#1d1b18', dark: '#ebe6db' }
const schemes = ['light', 'dark'] as const

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light! + 0.05) / (dark! + 0.05)
}

const palettes = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, body]) =>
  Object.fromEntries(
    [...body!.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, colour]) => [name, colour!]),
  ),
)

describe('text can be read', () => {
  test('the web pages have a light and a dark palette with the same colours in it', () => {
    expect(palettes).toHaveLength(2)
    expect(Object.keys(palettes[0]!)).toEqual(Object.keys(palettes[1]!))
  })

  test.each(['ink', 'soft', 'opens', 'closes', 'mixed'])(
    '%s stands out from the paper on the web',
    (name) => {
      for (const palette of palettes)
        expect(contrast(palette[name]!, palette.paper!)).toBeGreaterThanOrEqual(4.5)
    },
  )

  test.each(['ink', 'soft', 'closes'])('%s stands out in the fields of forms', (name) => {
    for (const palette of palettes)
      expect(contrast(palette[name]!, palette.field!)).toBeGreaterThanOrEqual(4.5)
  })

  test('the edges of fields and boxes stand out', () => {
    expect(css).toMatch(/input\[type="email"\] \{[^}]*border: 1px solid var\(--soft\)/)
    expect(css).toMatch(/input\[type="checkbox"\] \{[^}]*border: 1\.5px solid var\(--soft\)/)
    for (const { soft, field, paper } of palettes) {
      expect(contrast(soft!, field!)).toBeGreaterThanOrEqual(3)
      expect(contrast(soft!, paper!)).toBeGreaterThanOrEqual(3)
    }
  })

  describe.each(mails)('%s', (_, mail) => {
    const styles = {
      light: mail.slice(0, mail.indexOf('@media')),
      dark: mail.slice(mail.indexOf('@media'), mail.indexOf('</style>')),
    }
    const colours = (css: string) =>
      [...css.matchAll(/[^-]color: (#[0-9a-f]{6})/g)].map(([, colour]) => colour!)

    test.each(schemes)('every %s colour stands out from its paper', (scheme) => {
      const onPaper = colours(styles[scheme].replace(/^ *\.button a \{.*$/m, ''))
      expect(onPaper.length).toBeGreaterThan(3)
      expect(onPaper.filter((colour) => contrast(colour, papers[scheme]) < 4.5)).toEqual([])
      expect(styles[scheme]).toContain(`background: ${papers[scheme]}`)
    })
  })

  test.each(schemes)('the words on the %s button stand out', (scheme) => {
    const mail = mails[1]![1]
    const at = mail.indexOf('@media')
    const css = scheme === 'light' ? mail.slice(0, at) : mail.slice(at)
    const [, ground] = /\.button \{ background: (#\w{6})/.exec(css)!
    const [, words] = /\.button a \{.*[^-]color: (#\w{6})/.exec(css)!
    expect(ground).toBe(inks[scheme])
    expect(contrast(words!, ground!)).toBeGreaterThanOrEqual(4.5)
  })
})
