import { readFileSync } from 'node:fs'
import axe from 'axe-core'
import { HtmlValidate } from 'html-validate'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { templatesDir } from '../render/reading.ts'
import { hasChromium, openChromium, withChromium } from './chromium.ts'
import { mails, newsletter, publicPages, suggesting } from './pages.ts'

const css = readFileSync(`${templatesDir}/freehold.css`, 'utf8')
const pages = Object.entries({ ...publicPages, ...newsletter, ...suggesting })
const title = withChromium('pages in Chromium')

describe('valid HTML', () => {
  const rules = new HtmlValidate({
    root: true,
    extends: ['html-validate:recommended'],
    rules: {
      // Boxes of one name are how a form says that several may be ticked.
      'form-dup-name': ['error', { shared: ['checkbox'] }],
    },
  })
  // What mail programs need and browsers do not.
  const mailRules = new HtmlValidate({
    root: true,
    extends: ['html-validate:recommended'],
    rules: {
      'no-inline-style': 'off',
      'no-deprecated-attr': 'off',
      'presentation-role-style': 'off',
      'prefer-tbody': 'off',
    },
  })
  const faults = (checker: HtmlValidate, html: string) =>
    checker
      .validateStringSync(html)
      .results.flatMap(({ messages }) =>
        messages.map(({ line, ruleId, message }) => `${line}: ${message} (${ruleId})`),
      )

  it.each(pages)('the page “%s”', (_, html) => {
    expect(faults(rules, html)).toEqual([])
  })

  it.each(Object.entries(mails))('the mail “%s”', (_, html) => {
    expect(faults(mailRules, html)).toEqual([])
  })

  it('is told from invalid', () => {
    const [, html] = pages[0]!
    expect(faults(rules, html.replace('</h1>', '</h2>'))).not.toEqual([])
    expect(faults(mailRules, mails.digest!.replace('</h1>', '</h2>'))).not.toEqual([])
  })
})

describe.skipIf(!hasChromium)(title, () => {
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    browser = await openChromium()
    page = await browser.newPage()
  })
  afterAll(() => browser?.close())

  const styled = (html: string) => html.replace(/<link rel="stylesheet"[^>]*>/, () => `<style>${css}</style>`)
  const looks = [375, 1200].flatMap((width) =>
    (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
  )

  /** What axe finds at every width and in both colours, but for some rules, and what sticks out. */
  async function faults(html: string, without: string[] = []): Promise<string[]> {
    const found: string[] = []
    const rules = Object.fromEntries([
      ['target-size', { enabled: true }],
      ...without.map((rule) => [rule, { enabled: false }]),
    ])
    for (const { width, colorScheme } of looks) {
      await page.setViewportSize({ width, height: 800 })
      await page.emulateMedia({ colorScheme })
      await page.setContent(html)
      await page.evaluate(axe.source)
      const { violations } = (await page.evaluate(
        `axe.run(document, { resultTypes: ['violations'], rules: ${JSON.stringify(rules)} })`,
      )) as axe.AxeResults
      found.push(
        ...violations.flatMap(({ id, impact, nodes }) =>
          nodes.map((node) => `${width} ${colorScheme}: ${impact} ${id} at ${node.html.slice(0, 200)}`),
        ),
      )
    }
    for (const width of [320, 375, 1200]) {
      await page.setViewportSize({ width, height: 800 })
      const wide = (await page.evaluate('document.documentElement.scrollWidth')) as number
      if (wide > width) found.push(`${width}: the page is ${wide} px wide`)
    }
    return found
  }

  for (const [name, html] of pages) {
    it(`${name}: everyone can use it, on a phone and a desk, by day and by night`, async () => {
      expect(await faults(styled(html))).toEqual([])
    })
  }

  for (const [name, html] of Object.entries(mails)) {
    it(`mail “${name}”: everyone can read it, on a phone and a desk, by day and by night`, async () => {
      // Landmarks are those of the mail program round it.
      expect(await faults(html, ['landmark-one-main', 'region'])).toEqual([])
    })
  }

  it('what is wrong is seen', async () => {
    const wrong = styled(newsletter.unsubscribe!).replace('<button type="submit">Unsubscribe', '<button>')
    expect(await faults(wrong)).toContainEqual(expect.stringContaining('critical button-name'))
  })

  describe('without JavaScript', () => {
    const address = 'https://freehold.example'
    let reader: BrowserContext

    beforeAll(async () => {
      reader = await browser.newContext({ javaScriptEnabled: false })
    })
    afterAll(() => reader?.close())

    /** Opens a page at an address; what is posted from it is answered by nothing but kept. */
    async function open(path: string, html: string): Promise<{ tab: Page; posted: string[] }> {
      const tab = await reader.newPage()
      const posted: string[] = []
      await tab.route('**/*', (route) => {
        const request = route.request()
        if (request.method() === 'POST') {
          posted.push(`${new URL(request.url()).pathname} ${request.postData() ?? ''}`)
          return route.fulfill({ status: 204 })
        }
        const isPage = new URL(request.url()).pathname === path
        return isPage ? route.fulfill({ contentType: 'text/html', body: html }) : route.abort()
      })
      await tab.goto(`${address}${path}`)
      return { tab, posted }
    }

    async function send(tab: Page, button: string): Promise<void> {
      const answered = tab.waitForResponse((response) => response.request().method() === 'POST')
      await tab.getByRole('main').getByRole('button', { name: button }).click()
      await answered
    }

    it('somebody subscribes to what they tick, and what is not for people stays empty', async () => {
      const { tab, posted } = await open('/subscribe', styled(newsletter.subscribe!))
      await tab.getByLabel('Your e-mail address').fill('ada@example.org')
      await tab.getByLabel('Compute cost').check()
      await tab.getByLabel('contested').check()
      await send(tab, 'Subscribe')
      expect(posted).toEqual([
        '/subscribe email=ada%40example.org&ideas=compute-cost&directions=mixed&website=',
      ])
    })

    it('by keyboard alone, nobody comes into the field that is not for people', async () => {
      const { tab } = await open('/subscribe', styled(newsletter.subscribe!))
      const tabbed = await tabbedFields(tab)
      expect(tabbed).toEqual(['email', ...Array(5).fill('ideas'), ...Array(3).fill('directions')])
    })

    it('a subscription is asked for on the front page', async () => {
      const { tab, posted } = await open('/', styled(publicPages.home!))
      await tab.getByLabel('The digest by mail').fill('ada@example.org')
      await send(tab, 'Subscribe')
      expect(posted).toEqual(['/subscribe email=ada%40example.org&website='])
    })

    it('what was ticked before stays ticked and can be changed', async () => {
      const { tab, posted } = await open('/preferences/TOKEN', styled(newsletter.preferences!))
      await tab.getByLabel('Renewal').uncheck()
      await send(tab, 'Save')
      await send(tab, 'Unsubscribe')
      expect(posted).toEqual([
        '/preferences/TOKEN ideas=compute-cost&directions=opens',
        '/unsubscribe/LEAVE ',
      ])
    })

    it.each([
      ['/confirm/TOKEN', 'confirm', 'Confirm'],
      ['/unsubscribe/TOKEN', 'unsubscribe', 'Unsubscribe'],
    ])('one button at %s is all there is to press', async (path, name, button) => {
      const { tab, posted } = await open(path, styled(newsletter[name]!))
      expect(await tab.getByRole('button').count()).toBe(1)
      await send(tab, button)
      expect(posted).toEqual([`${path} `])
    })
  })
})

/** The names of the fields that the tab key comes to, in its order. */
async function tabbedFields(tab: Page): Promise<string[]> {
  const fields: string[] = []
  for (;;) {
    await tab.keyboard.press('Tab')
    const focused = tab.locator(':focus')
    if ((await focused.count()) === 0) return fields
    const name = await focused.getAttribute('name')
    if (name === null && (await focused.getAttribute('type')) === 'submit') return fields
    if (name !== null) fields.push(name)
  }
}
