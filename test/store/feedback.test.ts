import { describe, expect, test } from 'vitest'
import type { Feedback } from '../../src/model/index.ts'
import { onEachDatabase, rows } from './databases.ts'
import { now } from './samples.ts'

const onAnswer = (changes: Partial<Extract<Feedback, { kind: 'answer' }>> = {}): Feedback => ({
  kind: 'answer',
  subject: 'answer 1',
  about: 'What is renewal?',
  vote: 'unhelpful',
  reason: 'outdated',
  comment: 'It says \'2024\'; "that" was long ago 🦉',
  ...changes,
})
const onLabels = (changes: Partial<Extract<Feedback, { kind: 'label' }>> = {}): Feedback => ({
  kind: 'label',
  subject: 'item 1',
  about: 'Weights are out',
  labels: { renewal: 'opens', 'compute-cost': 'mixed' },
  comment: '',
  ...changes,
})

onEachDatabase((db) => {
  const feedback = () => db.store.feedback

  describe('what readers say', () => {
    test('is kept whole, about answers and about labels, the newest first', async () => {
      await feedback().give(onAnswer(), 'ada', now)
      await feedback().give(onLabels(), 'ada', now + 1)
      expect(await feedback().list()).toEqual([
        { ...onLabels(), givenAt: now + 1 },
        { ...onAnswer(), givenAt: now },
      ])
    })

    test('without a reason, and of no label at all, is kept so', async () => {
      await feedback().give(onAnswer({ vote: 'helpful', reason: null, comment: '' }), 'ada', now)
      await feedback().give(onLabels({ labels: {} }), 'ada', now)
      expect(await feedback().list({ kind: 'answer' })).toMatchObject([{ vote: 'helpful', reason: null }])
      expect(await feedback().list({ kind: 'label' })).toMatchObject([{ labels: {} }])
    })

    test('replaces what the same voter said of the same thing', async () => {
      await feedback().give(onAnswer(), 'ada', now)
      const after = onAnswer({
        vote: 'helpful',
        reason: null,
        comment: 'On second thought',
        about: 'What now?',
      })
      await feedback().give(after, 'ada', now + 60)
      await feedback().give(onLabels(), 'ada', now)
      await feedback().give(onLabels({ labels: { renewal: 'closes' } }), 'ada', now + 70)
      expect(await feedback().list()).toEqual([
        { ...onLabels({ labels: { renewal: 'closes' } }), givenAt: now + 70 },
        { ...after, givenAt: now + 60 },
      ])
    })

    test('stays beside what others said, and what was said of other things', async () => {
      await feedback().give(onAnswer(), 'ada', now)
      await feedback().give(onAnswer({ vote: 'helpful' }), 'bob', now)
      await feedback().give(onAnswer({ subject: 'answer 2' }), 'ada', now)
      await feedback().give(onLabels({ subject: 'answer 1' }), 'ada', now)
      expect(await feedback().list()).toHaveLength(4)
      await feedback().give(onAnswer({ vote: 'missing' }), 'bob', now)
      const votes = (await feedback().list({ kind: 'answer' })).map(
        (one) => one.kind === 'answer' && one.vote,
      )
      expect(votes.sort()).toEqual(['missing', 'unhelpful', 'unhelpful'])
    })

    test('is listed by kind and since a time', async () => {
      await feedback().give(onAnswer(), 'ada', now)
      await feedback().give(onAnswer(), 'bob', now + 5)
      await feedback().give(onLabels(), 'ada', now + 5)
      expect(await feedback().list({ kind: 'answer' })).toHaveLength(2)
      expect(await feedback().list({ since: now + 5 })).toHaveLength(2)
      expect(await feedback().list({ kind: 'answer', since: now + 5 })).toEqual([
        { ...onAnswer(), givenAt: now + 5 },
      ])
      expect(await feedback().list({ since: now + 6 })).toEqual([])
    })

    test('counts once when it is said several times at once', async () => {
      const other = await db.peer()
      const stores = [db.store, other, db.store, other]
      await Promise.all(stores.map((store) => store.feedback.give(onAnswer(), 'ada', now)))
      expect(await feedback().list()).toHaveLength(1)
    })

    test('keeps nothing of who said it but the hash it is given', async () => {
      await feedback().give(onAnswer(), 'a hash', now)
      const [row] = await rows<Record<string, unknown>>(db.tables(), 'select * from feedback')
      const { id, ...rest } = row!
      expect(id).toMatch(/^[0-9a-f-]{36}$/)
      expect(rest).toEqual({
        kind: 'answer',
        subject: 'answer 1',
        voter: 'a hash',
        vote: 'unhelpful',
        reason: 'outdated',
        labels: null,
        comment: 'It says \'2024\'; "that" was long ago 🦉',
        about: 'What is renewal?',
        given_at: now,
      })
    })
  })
})
