import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDiscordServer, type TestDiscordServer } from '../servers/discord-server.ts'
import { type OwnDatabase, ownDatabase } from '../store/own-database.ts'
import { type Checkout, copyCheckout } from './checkout.ts'
import { freehold, type RunningService, startService } from './freehold.ts'

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
    writeFileSync(join(checkout.dir, 'lists', 'one.yaml'), 'group: Test\nfeeds: []\n')
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

  async function start(parts: string): Promise<RunningService> {
    const service = startService(checkout.dir, env, ['--only', parts])
    running.push(service)
    await service.logged((line) => line.includes('Freehold is running'))
    return service
  }

  test('one with nothing but the web pages neither polls feeds nor speaks to Discord', async () => {
    const web = await start('web')
    const line = await web.logged((one) => one.includes('Freehold is running'))
    const { url, parts } = JSON.parse(line) as { url: string; parts: string[] }
    expect(parts).toEqual(['web'])
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

  test('parts that there are not are refused', async () => {
    const { code, stderr } = await freehold(checkout.dir, ['start', '--only', 'web,kitchen'], { env })
    expect(code).not.toBe(0)
    expect(stderr).toContain('Give one or more of web, bot, jobs')
  })
})
