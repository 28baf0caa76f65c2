import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, openChromium, withChromium } from '../browser/chromium.ts'
import { hostileDigest, richDigest } from '../fixtures/digests.ts'
import { ada, startDesk } from './desk-way.ts'

const title = withChromium('the desk in Chromium')

describe.skipIf(!hasChromium)(title, () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await openChromium()
  })
  afterAll(() => browser?.close())

  /** What axe finds at both widths and in both colours, and what sticks out. */
  async function faults(url: string): Promise<string[]> {
    const found: string[] = []
    // The policy of the page lets no script in but for the check.
    const page = await browser.newPage({ bypassCSP: true })
    for (const width of [320, 375, 1200]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.setViewportSize({ width, height: 800 })
        await page.emulateMedia({ colorScheme })
        await page.goto(url)
        await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`)
        await page.evaluate(axe.source)
        const { violations } = (await page.evaluate(
          `axe.run(document, { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } })`,
        )) as axe.AxeResults
        found.push(
          ...violations.flatMap(({ id, nodes }) =>
            nodes.map((node) => `${width} ${colorScheme}: ${id} at ${node.html.slice(0, 200)}`),
          ),
        )
        const wide = (await page.evaluate('document.documentElement.scrollWidth')) as number
        if (wide > width) found.push(`${width}: the page is ${wide} px wide`)
      }
    }
    await page.close()
    return found
  }

  it('can be used by everyone, on a phone and a desk, by day and by night, in every state', async () => {
    const { origin, hers, theirs, post } = await startDesk()
    expect(await faults(origin + theirs)).toEqual([])
    await post({ do: 'lead', lead: 'Mine.', leads: '0' })
    await post({ do: 'hold', reason: 'A number is wrong' })
    expect(await faults(origin + hers)).toEqual([])
    await post({ do: 'release', seen: 'held' })
    expect(await faults(origin + hers)).toEqual([])
    expect(await faults(`${origin}/desk/none`)).toEqual([])
    const joined = structuredClone({ ...richDigest, lead: [] })
    for (const one of joined.sections[0]!.stories[0]!.also) one.item = one.feed
    const bare = await startDesk(joined)
    expect(await faults(bare.origin + bare.hers)).toEqual([])
    const harmful = await startDesk(hostileDigest)
    expect(await faults(harmful.origin + harmful.hers)).toEqual([])
  }, 60_000)

  it('an editor changes, holds and releases an issue without JavaScript; going back or reloading repeats nothing', async () => {
    const { origin, hers, issue, way } = await startDesk()
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    const story = (words: string) => page.locator('.story').filter({ hasText: words }).first()
    const press = async (where: Pick<Page, 'getByRole'>, name: string) => {
      await Promise.all([
        page.waitForResponse((response) => response.request().method() === 'GET' && response.ok()),
        where.getByRole('button', { name, exact: true }).click(),
      ])
      await page.waitForLoadState()
    }
    const order = async () => (await issue()).digest.sections[0]!.stories.map(({ item }) => item)
    try {
      await page.goto(origin + hers)
      await press(story('Mistral puts its coding model'), 'Pin to the top')
      expect(new URL(page.url()).hash).toBe('#renewal')
      expect(await order()).toEqual(['a3', 'a1', 'a2', 'a4'])
      await press(story('Mistral puts its coding model'), 'Down')
      expect(await order()).toEqual(['a1', 'a3', 'a2', 'a4'])
      await page.reload()
      expect(await order()).toEqual(['a1', 'a3', 'a2', 'a4'])

      const gone = story('Meta says its next large model')
      await gone.getByText('Drop', { exact: true }).click()
      await press(gone, 'Drop it for good')
      expect(await order()).toEqual(['a1', 'a3', 'a4'])

      await page.getByLabel('A lead of your own').fill('It was a week for small laboratories.\n\nRead on.')
      await press(page, 'Put it in place')
      expect((await issue()).digest.lead.map(({ text, by }) => `${by}: ${text}`)).toEqual([
        `${ada}: It was a week for small laboratories.`,
        `${ada}: Read on.`,
      ])

      await page.getByLabel('Hold it, because').fill('One price is missing.')
      await press(page, 'Hold')
      expect(await page.getByRole('main').innerText()).toContain(
        'This issue is held and goes out only by a word of yours. ada@example.org: One price is missing.',
      )
      await press(page, 'Release now')
      expect(await issue()).toMatchObject({ releasedAt: way.now(), releasedBy: ada })
      expect(await page.getByRole('button').count()).toBe(0)
      expect((await issue()).edits.map(({ change }) => change.what)).toEqual(['pin', 'order', 'drop', 'lead'])
      await page.goBack()
      await page.reload()
      expect((await issue()).edits).toHaveLength(4)
    } finally {
      await context.close()
    }
  }, 60_000)

  it('the Enter key in a field releases nothing', async () => {
    const { origin, theirs, issue } = await startDesk(richDigest)
    const page = await browser.newPage()
    await page.goto(origin + theirs)
    await page.getByLabel('Your name').fill('Ada')
    await page.getByLabel('Your name').press('Enter')
    await page.waitForURL((url) => url.searchParams.get('name') === 'Ada')
    await page.getByLabel('Hold it, because').fill('Wait')
    await page.getByLabel('Hold it, because').press('Enter')
    await page.getByText('This issue is held').waitFor()
    expect(await issue()).toMatchObject({ held: 'Ada, in the channel: Wait.', releasedAt: null })
    await page.close()
  }, 30_000)
})
