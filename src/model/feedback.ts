import type { Direction } from './label.ts'

/** What is said about an answer: it helped, it did not, or the wiki should cover it. */
export const answerVotes = ['helpful', 'unhelpful', 'missing'] as const
export type AnswerVote = (typeof answerVotes)[number]

/** Why an answer did not help. */
export const answerReasons = ['wrong', 'unsupported', 'outdated', 'unclear', 'off-topic'] as const
export type AnswerReason = (typeof answerReasons)[number]

/** What a reader said about an answer or about an item's labels. Nobody's name stands with it. */
export type Feedback =
  | {
      kind: 'answer'
      /** Id of the answer. */
      subject: string
      /** The question. */
      about: string
      vote: AnswerVote
      reason: AnswerReason | null
      comment: string
    }
  | {
      kind: 'label'
      /** Id of the item. */
      subject: string
      /** The item's title. */
      about: string
      /** The labels it deserves; empty for none. */
      labels: Record<string, Direction>
      comment: string
    }
