import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hostileDigest, hugeDigest, quietDigest, richDigest } from '../fixtures/digests.ts'
import { renderer, templatesDir, unsubscribeUrl } from '../render/reading.ts'
import { hasChromium, openChromium, withChromium } from './chromium.ts'

const title = withChromium('pages and mails in Chromium')

const css = readFileSync(`${templatesDir}/freehold.css`, 'utf8')
const digests = { rich: richDigest, quiet: quietDigest, huge: hugeDigest, hostile: hostileDigest }

describe.skipIf(!hasChromium)(title, () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await openChromium()
  })
  afterAll(() => browser?.close())

  const forms = {
    page: (digest: typeof richDigest) =>
      renderer.digestPage(digest).replace(/<link rel="stylesheet"[^>]*>/, () => `<style>${css}</style>`),
    mail: (digest: typeof richDigest) => renderer.email(digest, { unsubscribeUrl }).html,
  }

  for (const [form, html] of Object.entries(forms)) {
    for (const [name, digest] of Object.entries(digests)) {
      for (const width of [375, 1200]) {
        it(`${form} of the ${name} digest at ${width} px: nothing sticks out, nothing is fetched, no script runs`, async () => {
          await onPage(width, 'light', html(digest), async (page, asked) => {
            const wide = await page.evaluate('document.documentElement.scrollWidth')
            expect(wide).toBeLessThanOrEqual(width)
            expect(asked.filter((url) => !url.startsWith('data:'))).toEqual([])
            expect(await page.evaluate('window.harmed')).toBeUndefined()
          })
        })
      }
    }

    it(`${form} turns dark where the reader asks for it, and the text stays readable`, async () => {
      for (const scheme of ['light', 'dark'] as const) {
        await onPage(375, scheme, html(richDigest), async (page) => {
          const [ground, ink] = (await page.evaluate(`(() => {
            const ground = (element) => {
              for (let e = element; e; e = e.parentElement) {
                const colour = getComputedStyle(e).backgroundColor
                if (!/, 0\\)$|transparent/.test(colour)) return colour
              }
              return 'rgb(255, 255, 255)'
            }
            const head = document.querySelector('h1')
            return [ground(head), getComputedStyle(head).color]
          })()`)) as [string, string]
          expect(contrast(ground, ink)).toBeGreaterThan(4.5)
          expect(luminance(ground) < 0.2).toBe(scheme === 'dark')
        })
      }
    })
  }

  async function onPage(
    width: number,
    colorScheme: 'light' | 'dark',
    html: string,
    look: (page: Page, asked: string[]) => Promise<void>,
  ): Promise<void> {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme })
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    try {
      await page.setContent(html)
      await look(page, asked)
    } finally {
      await page.close()
    }
  }
})

function luminance(colour: string): number {
  const [r, g, b] = (colour.match(/[\d.]+/g) ?? []).map(Number).map((value) => {
    const share = value / 255
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light! + 0.05) / (dark! + 0.05)
}
