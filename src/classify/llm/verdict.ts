import { z } from 'zod'
import { type ClassifiableItem, directions, type Idea, type Label } from '../../model/index.ts'
import { readingOf } from '../classifiable.ts'
import { verbatimSpan } from './evidence.ts'

/** Labels as a classifier gives them, or in a sentence why what the model said is not taken. */
export type AnswerReading = { labels: Omit<Label, 'by'>[] } | { wrong: string }

const answerSchema = z.object({
  labels: z.array(
    z.object({
      idea: z.string(),
      direction: z.string(),
      evidence: z.string(),
      confidence: z.number(),
    }),
  ),
})

/** Bounds of a score: a model that was asked at all has seen a close case, and none is sure. */
const [least, most] = [0.5, 0.99]

/** The JSON Schema of the answer that `readAnswer` takes. */
export function answerShape(ideas: Idea[]): object {
  const label = {
    type: 'object',
    properties: {
      idea: { type: 'string', enum: ideas.map((idea) => idea.id) },
      direction: { type: 'string', enum: [...directions] },
      evidence: { type: 'string' },
      confidence: { type: 'number' },
    },
    required: ['idea', 'direction', 'evidence', 'confidence'],
    additionalProperties: false,
  }
  return {
    type: 'object',
    properties: { labels: { type: 'array', items: label } },
    required: ['labels'],
    additionalProperties: false,
  }
}

/**
 * Checks a model's answer about an item, strongest idea first. One fault refuses all of it: a model that strays in one
 * label can't be trusted with the others. Evidence comes back as it stands in the item.
 */
export function readAnswer(json: unknown, item: ClassifiableItem, ideas: Idea[]): AnswerReading {
  const answer = answerSchema.safeParse(json)
  if (!answer.success) {
    const issue = answer.error.issues[0]!
    return { wrong: `its answer has not the shape asked for: ${issue.path.join('.')}: ${issue.message}.` }
  }
  const { title, body } = readingOf(item)
  const labels = new Map<string, Omit<Label, 'by'>>()
  for (const { idea, direction: name, evidence: words, confidence } of answer.data.labels) {
    const shown = JSON.stringify(idea.slice(0, 60))
    if (!ideas.some((one) => one.id === idea)) return { wrong: `it gave ${shown}, which is no idea.` }
    if (labels.has(idea)) return { wrong: `it gave ${shown} twice.` }
    const direction = directions.find((one) => one === name)
    if (!direction) return { wrong: `it gave ${shown} a direction that does not exist.` }
    const evidence = verbatimSpan(words, [title, body])
    if (evidence === null) return { wrong: `its evidence for ${shown} does not stand in the item.` }
    const score = Math.round(Math.min(most, Math.max(least, confidence)) * 1000) / 1000
    labels.set(idea, { idea, direction, score, evidence })
  }
  return { labels: [...labels.values()].sort((a, b) => b.score - a.score) }
}
