import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDiscordServer, type TestDiscordServer } from '../servers/discord-server.ts'
import { type OwnDatabase, ownDatabase } from '../store/own-database.ts'
import { type Checkout, copyCheckout } from './checkout.ts'
import { freehold, type RunningService, startService } from './freehold.ts'

/** A feed that is refused before anything goes out, since its host is private, and one that is switched off. */
const list = `group: Test
feeds:
  - id: one
    title: One
    url: http://127.0.0.1/feed.xml
    site: https://one.example/
    kind: lab
    textUse: full
  - id: two
    title: Two
    url: https://two.example/feed.xml
    site: https://two.example/
    kind: lab
    textUse: full
    enabled: false
    reason: it has ended
`

describe('a service shared out over processes', () => {
  let checkout: Checkout
  let discord: TestDiscordServer
  let env: Record<string, string>
  let database: OwnDatabase
  const running: RunningService[] = []

  beforeAll(async () => {
    checkout = copyCheckout()
    discord = await startDiscordServer()
    mkdirSync(join(checkout.dir, 'lists'))
    writeFileSync(join(checkout.dir, 'lists', 'one.yaml'), list)
    database = await ownDatabase(join(checkout.dir, 'data'))
    env = {
      DATABASE_URL: database.url,
      FEEDS_DIR: 'lists',
      PORT: '0',
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.apiUrl,
    }
  })

  afterAll(async () => {
    for (const service of running) await service.end('SIGKILL')
    await discord.close()
    await database.remove()
    checkout.remove()
  })

  async function start(parts: string, more: Record<string, string> = {}): Promise<RunningService> {
    const service = startService(checkout.dir, { ...env, ...more }, ['--only', parts])
    running.push(service)
    await service.logged((line) => line.includes('Freehold is running'))
    return service
  }

  test('one with nothing but the web pages neither polls feeds nor speaks to Discord', async () => {
    const web = await start('web')
    const line = await web.logged((one) => one.includes('Freehold is running'))
    const { url, parts, feeds, switchedOff } = JSON.parse(line)
    expect(parts).toEqual(['web'])
    const doctor = await freehold(checkout.dir, ['doctor', '--json'], { env: { ...env, WIKI_DIR: 'none' } })
    const found: { check: string; detail: string }[] = JSON.parse(doctor.stdout)
    expect(found.find(({ check }) => check === 'feeds')?.detail).toMatch(
      new RegExp(`^${feeds} feeds, ${switchedOff} switched off`),
    )
    expect({ feeds, switchedOff }).toEqual({ feeds: 1, switchedOff: 1 })
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    expect(await web.end('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(web.log.some((one) => one.includes('ingest done'))).toBe(false)
    expect(discord.gateway.identifies).toEqual([])
  })

  test('Discord has one connection, and when its holder is killed another process takes over', async () => {
    const holds = (line: string) => line.includes('the Discord bot is run by this process')
    const standsBy = (line: string) => line.includes('this one stands by')
    const first = await start('bot')
    await first.logged((line) => line.includes('the Discord bot is there'))
    const second = await start('bot')
    await second.logged(standsBy)
    expect(discord.gateway.identifies).toHaveLength(1)
    await first.end('SIGKILL')
    await second.logged(holds)
    await second.logged((line) => line.includes('the Discord bot is there'))
    expect(discord.gateway.identifies).toHaveLength(2)
    expect(await second.end('SIGTERM')).toEqual({ code: 0, signal: null })
  })

  test('what a part does without is said where that part is run', async () => {
    const aboutJobs = ['SMTP_URL is not set', 'posts are written to the outbox folder', 'publishers of feeds see PUBLIC_URL', 'LLM_MODEL is set and has no effect'] // biome-ignore format: a list
    const said = async (parts: string, more: Record<string, string> = {}) => {
      const service = await start(parts, { DISCORD_TOKEN: '', LLM_MODEL: 'heron:7b', ...more })
      expect(await service.end('SIGTERM')).toEqual({ code: 0, signal: null })
      return aboutJobs.map((words) => service.log.some((line) => line.includes(words)))
    }
    expect(await said('web')).toEqual([false, false, false, false])
    expect(await said('bot')).toEqual([false, false, false, true])
    expect(await said('jobs')).toEqual([true, true, true, true])
    const unsafe = 'Mails will be sent with links to http://localhost:8080'
    const smtp = { SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'digest@freehold.example' }
    for (const parts of ['web', 'jobs']) {
      const service = await start(parts, smtp)
      await service.end('SIGTERM')
      expect(
        service.log.some((line) => line.includes(unsafe)),
        parts,
      ).toBe(parts === 'jobs')
    }
  })

  test('parts that there are not are refused', async () => {
    const { code, stderr } = await freehold(checkout.dir, ['start', '--only', 'web,kitchen'], { env })
    expect(code).not.toBe(0)
    expect(stderr).toContain('Give one or more of web, bot, jobs')
  })
})
