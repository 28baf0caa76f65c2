import { expect, test } from 'vitest'
import { accountOf, feedNoteLine } from '../../src/render/account.ts'
import { quietDigest } from '../fixtures/digests.ts'

test('feeds that answered no more are named apart from those that never did', () => {
  const feed = (title: string) => ({ feed: title.toLowerCase(), title, error: 'HTTP 503' })
  const coverage = { feeds: 9, answered: 8, failing: [feed('Never')], lost: [feed('Early'), feed('Then')] }
  const { coverage: answered, feedNotes } = accountOf({ ...quietDigest, coverage })
  expect([answered, ...feedNotes.map((note) => feedNoteLine(note))]).toEqual([
    '8 of 9 feeds answered.',
    'No answer from Never.',
    'No answer any more from Early, Then.',
  ])
})
