import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startSuggesting } from '../web/suggesting.ts'
import { hasChromium, openChromium, withChromium } from './chromium.ts'

describe.skipIf(!hasChromium)(withChromium('somebody who knows a feed, with Chromium'), () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openChromium()
  })
  afterAll(() => browser?.close())

  test.each([
    ['with scripts allowed', true],
    ['without JavaScript', false],
  ])(
    'finds the form, corrects what was typed, suggests it, and another, %s',
    async (_, javaScriptEnabled) => {
      const { url, list } = await startSuggesting()
      const context = await browser.newContext({ javaScriptEnabled })
      onTestFinished(() => context.close())
      const tab = await context.newPage()
      const trouble: string[] = []
      tab.on('console', (message) => void trouble.push(message.text()))
      tab.on('request', (request) => {
        if (new URL(request.url()).origin !== url) trouble.push(`asks ${request.url()}`)
      })
      const address = tab.getByLabel('The address of the feed')
      const note = tab.getByLabel('Why it should be read')
      const press = () => tab.getByRole('button', { name: 'Suggest' }).click()

      await tab.goto(url)
      await tab.getByRole('link', { name: 'Suggest a feed' }).click()
      await address.fill('ftp://lab.example/blog')
      await note.fill('They train in the open.')
      await press()
      expect(await tab.getByRole('alert').innerText()).toContain('should begin with https://')
      expect(await address.inputValue()).toBe('ftp://lab.example/blog')
      await address.fill('https://lab.example/blog')
      await press()
      await tab.getByRole('heading', { name: 'Thank you, it is noted' }).waitFor()
      expect(await list()).toMatchObject([
        { url: 'https://lab.example/blog', times: 1, notes: ['They train in the open.'] },
      ])

      await tab.getByRole('link', { name: 'Suggest another feed' }).click()
      await address.fill('https://harbour.example')
      await press()
      await tab.getByText('It is in the lists as Harbour <Lab>.').waitFor()
      expect(await list()).toHaveLength(1)
      expect(trouble).toEqual([])
      expect(await context.cookies()).toEqual([])
    },
  )

  test('sends nothing without an address', async () => {
    const { url, dump } = await startSuggesting()
    const tab = await browser.newPage()
    onTestFinished(() => tab.close())
    const before = dump()
    await tab.goto(`${url}/suggest`)
    await tab.getByRole('button', { name: 'Suggest' }).click()
    expect(await tab.getByRole('heading', { level: 1 }).innerText()).toBe('Suggest a feed')
    expect(await tab.locator('#url:invalid').count()).toBe(1)
    expect(dump()).toEqual(before)
  })
})
