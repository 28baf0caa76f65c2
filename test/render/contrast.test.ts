import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { templatesDir } from './reading.ts'

const css = readFileSync(join(templatesDir, 'freehold.css'), 'utf8')
const mail = readFileSync(join(templatesDir, 'email-digest.html.hbs'), 'utf8')

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

  test.each([
    ['light', mail.slice(0, mail.indexOf('@media')), '#fbf9f4'],
    ['dark', mail.slice(mail.indexOf('@media'), mail.indexOf('</style>')), '#171613'],
  ])('every colour of the %s mail stands out from its paper', (_, styles, paper) => {
    const colours = [...styles.matchAll(/[^-]color: (#[0-9a-f]{6})/g)].map(([, colour]) => colour!)
    expect(colours.length).toBeGreaterThan(5)
    expect(colours.filter((colour) => contrast(colour, paper) < 4.5)).toEqual([])
    expect(styles).toContain(`background: ${paper}`)
  })
})
