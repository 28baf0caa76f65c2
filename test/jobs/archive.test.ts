import { expect, test } from 'vitest'
import { openArchive } from '../../src/jobs/index.ts'
import { week } from '../../src/model/index.ts'
import { richDigest } from '../fixtures/digests.ts'
import { startWay } from './way.ts'

test('the balance of an idea is what the latest issue tells, until its week is over', async () => {
  const { way, release } = await startWay()
  const archive = openArchive({ ...way, feeds: [] })
  const [section] = richDigest.sections
  const { idea, balance } = section!
  const counted = await archive.ideaBalance(idea)
  expect(counted.every(({ opens, closes, mixed }) => opens + closes + mixed === 0)).toBe(true)
  const now = way.now()
  const [since, until] = [now - week, now].map((at) => new Date(at).toISOString())
  await release({ ...richDigest, number: null, since: since!, until: until! })
  expect(await archive.ideaBalance(idea)).toEqual(balance)
  expect(balance).not.toEqual(counted)
  const later = openArchive({ ...way, feeds: [], now: () => now + week + 1 })
  expect((await later.ideaBalance(idea)).map(({ week }) => week)).not.toEqual(balance.map(({ week }) => week))
})
