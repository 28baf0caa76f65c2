import { expect, test } from 'vitest'
import type { Fate } from '../../src/digest/index.ts'
import { carryOut, explainItem } from '../../src/jobs/index.ts'
import type { DigestChange } from '../../src/model/index.ts'
import { item } from '../digest/items.ts'
import { richDigest } from '../fixtures/digests.ts'
import { minute, startWay } from './way.ts'

/** An issue whose first story is told from two items, and what is said of any item. */
async function startIssue() {
  const { way, pass } = await startWay()
  const digest = structuredClone(richDigest)
  digest.sections[0]!.stories[0]!.items = ['a1', 'r1']
  await way.store.digests.create(digest, [], { now: way.now(), release: false, expectedLast: null })
  const fate: Fate = { fate: 'noIdea' }
  const open = async () => ({ fates: new Map(['a1', 'r1', 'new'].map((id) => [id, fate])), since: 0 })
  const nobody = async () => {
    throw new Error('nothing is judged here')
  }
  const whole = { ...way, ideas: [], pages: [], classifier: nobody }
  return {
    change: (change: DigestChange, by: string) => carryOut(way, 1, by, { word: 'change', change }),
    pass,
    explain: (id: string, whom?: (by: string) => string) =>
      explainItem(whole, item(id, id), { open, ...(whom ? { whom } : {}) }),
  }
}

const title = 'OLMo 4 is out, with every document it was trained on'

test('an item of a dropped story was left out by an editor, with when', async () => {
  const { change, pass, explain } = await startIssue()
  expect((await explain('a1')).reason).toBe('Told in issue 1 under Renewal.')
  await change({ what: 'pin', item: 'a3' }, 'Bob')
  pass(minute)
  await change({ what: 'drop', item: 'a1' }, 'Ada')
  const when = '23 November 2026 at 09:01 UTC'
  expect(await explain('a1')).toEqual({
    issue: null,
    leftOutOf: 1,
    fate: null,
    reason: `Left out of issue 1 by Ada on ${when}.`,
  })
  expect((await explain('r1')).reason).toBe(`Left out of issue 1 by Ada on ${when}, with “${title}”.`)
  expect((await explain('a3')).reason).toBe('Told in issue 1 under Renewal.')
  expect(await explain('new')).toMatchObject({ leftOutOf: null, reason: 'It was given no key idea.' })
})

test('an item taken out of a story is known as that', async () => {
  const { change, explain } = await startIssue()
  await change({ what: 'unlink', item: 'r1' }, 'Ada')
  expect((await explain('r1')).reason).toBe(
    `Taken out of “${title}” in issue 1 by Ada on 23 November 2026 at 09:00 UTC.`,
  )
  expect((await explain('a1')).reason).toBe('Told in issue 1 under Renewal.')
})

test('the address of an editor is told to those alone who ask for it', async () => {
  const { change, explain } = await startIssue()
  await change({ what: 'drop', item: 'a1' }, 'ada@example.org')
  expect((await explain('a1')).reason).toContain('by an editor on')
  expect((await explain('a1', (by) => by)).reason).toContain('by ada@example.org on')
})
