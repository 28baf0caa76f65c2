import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { richDigest } from '../fixtures/digests.ts'
import { linkTo, startPost, type TestPost } from '../mail/post-office.ts'
import { hasChromium, openChromium, withChromium } from './chromium.ts'

const title = withChromium('a reader with Chromium')
const ada = 'ada@example.org'

describe.skipIf(!hasChromium)(title, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openChromium()
  })
  afterAll(() => browser?.close())

  /** The service's pages, its mails, and a tab; what goes wrong in the tab, and what it asks of others, is kept. */
  async function open(scripts: boolean) {
    const setting = await startPost()
    const context: BrowserContext = await browser.newContext({ javaScriptEnabled: scripts })
    onTestFinished(() => context.close())
    const tab = await context.newPage()
    const trouble: string[] = []
    tab.on('console', (message) => void trouble.push(message.text()))
    tab.on('pageerror', (error) => void trouble.push(error.message))
    tab.on('request', (request) => {
      if (new URL(request.url()).origin !== setting.url) trouble.push(`asks ${request.url()}`)
    })
    return { ...setting, tab, context, trouble }
  }
  const press = (tab: Page, button: string) =>
    tab.getByRole('main').getByRole('button', { name: button }).click()
  const heading = (tab: Page) => tab.getByRole('heading', { level: 1 }).innerText()
  const mailFor = async ({ send, fresh }: Pick<TestPost, 'send' | 'fresh'>) => {
    await send()
    const mails = fresh()
    expect(mails).toHaveLength(1)
    return mails[0]!
  }

  test.each([
    ['with scripts allowed', true],
    ['without JavaScript', false],
  ])('subscribes, confirms, chooses, reads and leaves, %s', async (_, scripts) => {
    const setting = await open(scripts)
    const { tab, url, way, here, release, trouble, context } = setting
    const reader = () => way.store.subscribers.find(ada)

    await tab.goto(`${url}/subscribe`)
    await tab.getByLabel('Your e-mail address').fill(ada)
    await tab.getByLabel('Compute cost').check()
    await press(tab, 'Subscribe')
    await tab.getByText('open it and press the button', { exact: false }).first().waitFor()
    expect(await reader()).toMatchObject({ confirmedAt: null })

    await tab.goto(here(await linkTo(await mailFor(setting), 'confirm')))
    expect(await tab.getByRole('main').getByRole('button').count()).toBe(1)
    expect(await reader()).toMatchObject({ confirmedAt: null })
    await press(tab, 'Confirm')
    await tab.getByRole('main').getByRole('link').first().waitFor()
    expect(await reader()).toMatchObject({ confirmedAt: way.now(), ideas: ['compute-cost'] })
    const confirmed = await heading(tab)
    await tab.reload()
    expect(await heading(tab)).toBe(confirmed)

    await release(richDigest)
    const mail = await mailFor(setting)
    await tab.goto(here(await linkTo(mail, 'preferences')))
    expect(await tab.getByLabel('Compute cost').isChecked()).toBe(true)
    await tab.getByLabel('Compute cost').uncheck()
    await tab.getByLabel('Renewal').check()
    await tab.getByLabel('contested').check()
    await press(tab, 'Save')
    await tab.getByRole('status').waitFor()
    expect(await reader()).toMatchObject({ ideas: ['renewal'], directions: ['mixed'] })

    await tab.goto(here(await linkTo(mail, 'unsubscribe')))
    expect(await tab.getByRole('main').getByRole('button').count()).toBe(1)
    expect(await reader()).toMatchObject({ unsubscribedAt: null })
    await press(tab, 'Unsubscribe')
    await tab.getByRole('heading', { name: 'off the list' }).waitFor()
    expect(await reader()).toMatchObject({ unsubscribedAt: way.now(), leftReason: 'link' })

    await tab.goto(here(await linkTo(mail, 'unsubscribe')))
    expect(await heading(tab)).toBe('You have left already')
    await tab.getByRole('link', { name: 'Go back to your preferences' }).click()
    expect(await tab.getByLabel('Renewal').isChecked()).toBe(true)
    await press(tab, 'Come back')
    await tab.getByRole('status').waitFor()
    expect(await reader()).toMatchObject({ unsubscribedAt: null, ideas: ['renewal'] })

    expect(trouble).toEqual([])
    expect(await context.cookies()).toEqual([])
  })

  test('leaves from the page of preferences', async () => {
    const { tab, url, way, reader } = await open(false)
    const { id } = await reader(ada)
    await tab.goto(`${url}/preferences/${way.post.signer.token('choose', id)}`)
    await press(tab, 'Unsubscribe')
    await tab.getByRole('heading', { name: 'off the list' }).waitFor()
    expect(await way.store.subscribers.get(id)).toMatchObject({ leftReason: 'link' })
  })

  test('is told at the field what is wrong, with all that was typed and ticked kept', async () => {
    const { tab, url, dump } = await open(false)
    await tab.goto(`${url}/subscribe`)
    const before = dump()
    await tab
      .getByLabel('Your e-mail address')
      .evaluate((field) => field.setAttribute('type', 'text'))
      .catch(() => undefined)
    await tab.getByLabel('Your e-mail address').fill('ada@example')
    await tab.getByLabel('Renewal').check()
    await press(tab, 'Subscribe')
    await tab.getByRole('alert').waitFor()
    expect(await tab.getByRole('alert').innerText()).toContain('not an e-mail address')
    expect(await tab.getByLabel('Your e-mail address').inputValue()).toBe('ada@example')
    expect(await tab.getByLabel('Renewal').isChecked()).toBe(true)
    expect(dump()).toEqual(before)
  })

  test('subscribes from the front page', async () => {
    const setting = await open(false)
    const { tab, url } = setting
    await tab.goto(url)
    await tab.getByLabel('The digest by mail').fill(ada)
    await press(tab, 'Subscribe')
    await tab.getByText('open it and press the button', { exact: false }).first().waitFor()
    expect((await mailFor(setting)).envelope.to).toEqual([ada])
  })

  test('finds a dead link told as such', async () => {
    const { tab, url } = await open(false)
    for (const page of ['confirm', 'preferences', 'unsubscribe']) {
      const answer = await tab.goto(`${url}/${page}/${'a'.repeat(36)}.${'b'.repeat(22)}`)
      expect(answer!.status()).toBe(404)
      expect(await tab.getByRole('main').getByRole('button').count()).toBe(0)
    }
  })

  test('cannot be made to subscribe or choose by another site', async () => {
    const { tab, url, way, reader, dump } = await open(true)
    const { id } = await reader(ada, { ideas: ['renewal'] })
    const paths = ['/subscribe', `/preferences/${way.post.signer.token('choose', id)}`]
    const before = dump()
    for (const path of paths) {
      const form = `<form method="post" action="${url}${path}"><input name="email" value="eve@example.org"><button>Win</button></form>`
      await tab.route('http://evil.example/', (route) =>
        route.fulfill({ contentType: 'text/html', body: form }),
      )
      await tab.goto('http://evil.example/')
      const answered = tab.waitForResponse((response) => response.url().startsWith(url))
      await tab.getByRole('button').click()
      await answered
    }
    expect(dump()).toEqual(before)
  })
})
