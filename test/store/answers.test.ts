import { describe, expect, test } from 'vitest'
import type { Answer } from '../../src/model/index.ts'
import { onEachDatabase } from './databases.ts'
import { now } from './samples.ts'

const answer = (question: string): Answer => ({
  question,
  answered: true,
  kind: 'concept',
  answer: 'It is what grows back. [1]',
  citations: [
    {
      page: 'renewal',
      title: 'Renewal',
      section: '',
      quote: 'what grows back',
      url: 'https://freehold.example/wiki/renewal',
    },
  ],
  items: [],
  concepts: [],
})

onEachDatabase((db) => {
  const answers = () => db.store.answers

  describe('answers that people can react to', () => {
    test('are found by the id they are given', async () => {
      const first = await answers().keep(answer('What is renewal?'), now)
      const second = await answers().keep(answer('What is renewal?'), now)
      expect(first).toMatch(/^[0-9a-z]{12}$/)
      expect(second).not.toBe(first)
      expect(await answers().get(first)).toEqual(answer('What is renewal?'))
    })

    test('are not found by another', async () => {
      await answers().keep(answer('What is renewal?'), now)
      expect(await answers().get('000000000000')).toBeNull()
    })

    test('are deleted when they are old', async () => {
      const ids: string[] = []
      for (const at of [now - 2, now - 1, now]) ids.push(await answers().keep(answer(`Asked at ${at}?`), at))
      expect(await answers().prune(now)).toBe(2)
      expect(await answers().prune(now)).toBe(0)
      expect(await Promise.all(ids.map((id) => answers().get(id)))).toEqual([
        null,
        null,
        answer(`Asked at ${now}?`),
      ])
    })
  })
})
