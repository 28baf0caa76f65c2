import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Checkout, copyCheckout } from './checkout.ts'
import { type Finished, freehold } from './freehold.ts'

describe('freehold demo', () => {
  let checkout: Checkout
  let trap: Server
  let touched = 0
  let first: Finished
  let second: Finished

  beforeAll(async () => {
    checkout = copyCheckout()
    // An installation's settings, in .env and in the environment, that lead to a place where nothing may come.
    trap = createServer((socket) => {
      touched += 1
      socket.destroy()
    })
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve))
    const { port } = trap.address() as AddressInfo
    const planted = {
      SMTP_URL: `smtp://127.0.0.1:${port}`,
      MAIL_FROM: 'planted@example.org',
      DISCORD_TOKEN: 'planted-token',
      DISCORD_API_URL: `http://127.0.0.1:${port}/api`,
      DISCORD_CHANNEL: '123456789012345678',
    }
    writeFileSync(
      join(checkout.dir, '.env'),
      Object.entries(planted)
        .map(([k, v]) => `${k}=${v}\n`)
        .join(''),
    )
    const env = {
      ...planted,
      DATA_DIR: join(checkout.dir, 'elsewhere'),
      FEEDS_DIR: '/nowhere',
      PUBLIC_URL: 'https://planted.example',
    }
    first = await freehold(checkout.dir, ['demo'], { env })
    second = await freehold(checkout.dir, ['demo'], { env })
  }, 120_000)

  afterAll(() => {
    trap.close()
    checkout.remove()
  })

  it('ends well and shows the digest', () => {
    expect(first.stderr).toContain('Read 14 feeds over HTTP: 83 items')
    expect(first.code).toBe(0)
    expect(first.stdout).toContain('Freehold 1')
    expect(first.stdout).toContain('Harbour Lab releases Skerry 3')
  })

  it('names the feed that is gone, reads the slow one and what is whole of the broken one', () => {
    expect(first.stderr).toContain('waterfront-review')
    expect(first.stderr).not.toContain('saltmarsh-cloud:')
    expect(first.stdout).toContain('Saltmarsh Cloud')
    expect(first.stderr).not.toContain('ledgerline:')
  })

  it('tells a story that three feeds carry once', () => {
    const lines = first.stdout
      .split('\n')
      .filter((line) => line.startsWith('▲ Harbour Lab releases Skerry 3'))
    expect(lines).toHaveLength(1)
    expect(first.stdout).toMatch(/also: Commonwheel Forum, Signal & Quay/)
  })

  it('leaves an e-mail, Discord messages and a page where it says', async () => {
    const paths = [...first.stdout.matchAll(/(data\/demo\/\S+\.(?:eml|html|json|db))/g)].map(
      (match) => match[1]!,
    )
    expect(paths.length).toBeGreaterThanOrEqual(5)
    for (const path of paths) expect(existsSync(join(checkout.dir, path)), path).toBe(true)
    const eml = await simpleParser(
      readFileSync(join(checkout.dir, paths.find((path) => path.endsWith('.eml'))!)),
    )
    expect(eml.text).toContain('Skerry 3')
    expect(eml.html).toContain('Skerry 3')
  })

  it('delivers nothing new the second time', () => {
    expect(second.code).toBe(0)
    expect(second.stderr).toContain('83 items, 0 of them new')
    expect(second.stderr).toContain('Nothing to deliver: everything went out before.')
    const outbox = readdirSync(join(checkout.dir, 'data', 'demo', 'outbox'))
    expect(outbox.filter((name) => name.endsWith('.eml'))).toHaveLength(1)
  })

  it("uses none of an installation's settings", () => {
    expect(touched).toBe(0)
    expect(first.stdout + first.stderr).not.toContain('planted')
    expect(existsSync(join(checkout.dir, 'elsewhere'))).toBe(false)
  })
})
