import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ownDatabase } from '../store/own-database.ts'
import { copyCheckout } from './checkout.ts'
import { startService } from './freehold.ts'

test('a service with another SECRET than the one before says so, and no more when it is started again', async () => {
  const checkout = copyCheckout()
  onTestFinished(() => checkout.remove())
  mkdirSync(join(checkout.dir, 'lists'))
  writeFileSync(join(checkout.dir, 'lists', 'one.yaml'), 'group: Test\nfeeds: []\n')
  const database = await ownDatabase(join(checkout.dir, 'data'))
  onTestFinished(() => database.remove())
  const warns = async (secret: Record<string, string>) => {
    const env = { DATABASE_URL: database.url, FEEDS_DIR: 'lists', PORT: '0', ...secret }
    const service = startService(checkout.dir, env, ['--only', 'web'])
    onTestFinished(async () => void (await service.end('SIGKILL')))
    await service.logged((line) => line.includes('Freehold is running'))
    await service.end('SIGTERM')
    return service.log.some((line) => line.includes('Set the same SECRET on every machine'))
  }
  const [one, other] = [{ SECRET: 'a'.repeat(40) }, { SECRET: 'b'.repeat(40) }]
  expect(await warns(one)).toBe(false)
  expect(await warns(one)).toBe(false)
  expect(await warns(other)).toBe(true)
  expect(await warns(other)).toBe(false)
  // Without one, a secret made for this database is used.
  expect(await warns({})).toBe(true)
})
