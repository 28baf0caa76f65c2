import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { type Checkout, copyCheckout } from '../service/checkout.ts'
import { freehold } from '../service/freehold.ts'
import { type OwnDatabase, schemaOn } from '../store/own-database.ts'

const { TEST_DATABASE_URL } = process.env
const where = TEST_DATABASE_URL ? '' : ' (skipped: set TEST_DATABASE_URL to a PostgreSQL)'

describe.skipIf(!TEST_DATABASE_URL)(`the demo on PostgreSQL${where}`, { timeout: 60_000 }, () => {
  let checkout: Checkout
  let database: OwnDatabase

  beforeAll(async () => {
    checkout = copyCheckout()
    database = await schemaOn(TEST_DATABASE_URL!)
  })
  afterAll(async () => {
    await database.remove()
    checkout.remove()
  })

  const demo = () => freehold(checkout.dir, ['demo', '--database', database.url])

  test('refuses the database of an installation, and leaves it as it is', async () => {
    const used = await schemaOn(TEST_DATABASE_URL!)
    try {
      const store = await openStore(used.url)
      await store.subscribers.add('ada@example.org', { confirmed: true, now: 1 })
      await store.close()
      const { code, stderr } = await freehold(checkout.dir, ['demo', '--database', used.url])
      expect(code).toBe(1)
      expect(stderr).toContain('which needs one of its own: an empty one.')
      expect(used.dump().filter((row) => /^(item|digest|delivery) /.test(row))).toEqual([])
    } finally {
      await used.remove()
    }
  })

  test('does the whole main job, and nothing twice', async () => {
    const first = await demo()
    expect(first.code, first.stderr).toBe(0)
    expect(first.stdout).toContain('Harbour Lab releases Skerry 3')
    expect(first.stdout).toMatch(/^Database +postgres:\/\/\S+$/m)
    const sent = database
      .dump()
      .filter((row) => row.startsWith('delivery ') && row.includes('"state":"sent"'))
    expect(sent.length).toBeGreaterThan(1)
    const second = await demo()
    expect(second.code).toBe(0)
    expect(second.stderr).toContain('83 items, 0 of them new')
    expect(second.stderr).toContain('Nothing to deliver: everything went out before.')
  })
})
