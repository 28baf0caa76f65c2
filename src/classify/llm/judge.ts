import { createHash } from 'node:crypto'
import type { Llm, LlmFailure } from '../../lib/llm/index.ts'
import type { ClassifiableItem, Idea, Label } from '../../model/index.ts'
import type { Refusal } from '../classifier.ts'
import type { AnswerCache } from './file-cache.ts'
import { itemPrompt, systemPrompt } from './prompt.ts'
import { answerShape, readAnswer } from './verdict.ts'

/** What the LLM says of an item: labels, none included, or why it says nothing. */
export type Judgement = { labels: Omit<Label, 'by'>[] } | Refusal

/** An LLM as a judge of items. */
export interface Judge {
  /** `llm:<name>`: who gives its labels. */
  by: string
  /** Begins a run: its caps count from here, and a server that was given up on gets another chance. */
  startRun(): void
  judge(item: ClassifiableItem, options?: { signal?: AbortSignal | undefined }): Promise<Judgement>
}

export interface JudgeOptions {
  llm: Llm
  ideas: Idea[]
  /** The text of the wiki's codebook. */
  codebook: string
  cache: AnswerCache
  /** Items asked about in one run; 200 by default. */
  callsPerRun?: number
  /** No item is asked about later than this after the first (ms): a slow model must not hold up the digest. 5 min by default. */
  msPerRun?: number
  /** The clock (ms since the epoch). */
  now?: () => number
}

/** Room for five labels with evidence, and for a model that thinks first. */
const maxTokens = 2000
/** Failures in a row after which a server is left alone for the rest of a run. */
const patience = 3

/**
 * Failures that say nothing about the item, so that it is worth asking again in a later run. The others may be the item's
 * own doing, and if such items came first in every run, no other would ever be asked about.
 */
const serversFault: LlmFailure['reason'][] = ['unreachable', 'busy', 'denied', 'notFound', 'aborted']

/** A judge over a model. Answers are kept in the cache by item, model and prompt, and checked anew when read. */
export function createLlmJudge(options: JudgeOptions): Judge {
  const { llm, ideas, cache, callsPerRun = 200, msPerRun = 5 * 60_000, now = Date.now } = options
  const system = systemPrompt(ideas, options.codebook)
  const schema = answerShape(ideas)
  let run = { calls: 0, began: null as number | null, failures: 0 }

  function check(answer: unknown, item: ClassifiableItem): Judgement {
    const reading = readAnswer(answer, item, ideas)
    if ('labels' in reading) return reading
    return {
      refused: 'invalid',
      message: `The verdict of ${llm.model} is not used: ${reading.wrong}`,
      later: false,
    }
  }

  function spent(): Refusal | null {
    const over = run.began !== null && now() - run.began >= msPerRun
    if (run.failures < patience && run.calls < callsPerRun && !over) return null
    if (run.failures >= patience) {
      const message = `The LLM failed ${patience} times in a row and is left alone until the next run.`
      return { refused: 'failed', message, later: true }
    }
    const much = over ? `${msPerRun / 60_000} minutes of the LLM's time` : `${callsPerRun} items for the LLM`
    return { refused: 'cap', message: `${much} are enough for one run; the next goes on.`, later: true }
  }

  return {
    by: `llm:${llm.model}`,
    startRun() {
      run = { calls: 0, began: null, failures: 0 }
    },
    async judge(item, { signal } = {}) {
      const user = itemPrompt(item)
      const key = createHash('sha256')
        .update(JSON.stringify([llm.model, system, schema, user]))
        .digest('hex')
      const kept = await cache.get(key)
      if (kept !== null) return check(kept, item)
      const refusal = spent()
      if (refusal) return refusal
      run.calls += 1
      run.began ??= now()
      const outcome = await llm.chat({ system, user, schema, name: 'labels', maxTokens, signal })
      if (outcome.kind === 'failed') {
        if (outcome.reason !== 'aborted') run.failures += 1
        return { refused: 'failed', message: outcome.message, later: serversFault.includes(outcome.reason) }
      }
      run.failures = 0
      await cache.set(key, outcome.json)
      return check(outcome.json, item)
    },
  }
}
