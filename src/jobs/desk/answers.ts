import { createHmac } from 'node:crypto'
import type { Answer, AnswerReason, AnswerVote, Direction, LabelledItem } from '../../model/index.ts'
import { ask } from '../ask.ts'
import type { DeskOptions } from './options.ts'

/** Longer comments are kept by their beginning. */
const longestComment = 1000

/** Answers, and what people say about them and about labels. */
export function answerDesk({ way, asker, secret }: DeskOptions) {
  /** Counts a person once and tells nobody who it was: another value for each subject. */
  const voterOf = (subject: string, user: string) =>
    createHmac('sha256', secret).update(`${subject}\n${user}`).digest('hex').slice(0, 32)
  const given = (comment: string) => comment.replace(/\s+/g, ' ').trim().slice(0, longestComment)

  return {
    /** Answers a question and keeps the answer, so that people can react to it; nobody's name stands with it. */
    async ask(question: string): Promise<{ id: string; answer: Answer }> {
      const answer = await ask(way, asker, question)
      return { id: await way.store.answers.keep(answer, way.now()), answer }
    },

    /** Null when it is too old. */
    answer(id: string): Promise<Answer | null> {
      return way.store.answers.get(id)
    },

    /** What somebody says about an answer; false when it is too old. */
    async judgeAnswer(
      id: string,
      user: string,
      word: { vote: AnswerVote; reason: AnswerReason | null; comment: string },
    ): Promise<boolean> {
      const answer = await way.store.answers.get(id)
      if (!answer) return false
      const comment = given(word.comment)
      await way.store.feedback.give(
        { kind: 'answer', subject: id, about: answer.question, ...word, comment },
        voterOf(id, user),
        way.now(),
      )
      return true
    },

    /**
     * What labels somebody thinks an item deserves, with its title as evidence. A maintainer's word is a label at once;
     * others' is kept for maintainers to look at. False when there is no such item.
     */
    async judgeLabels(
      item: string,
      user: string,
      word: { labels: Record<string, Direction>; comment: string; maintainer: boolean },
    ): Promise<boolean> {
      const [found] = await way.store.items.byIds([item])
      if (!found) return false
      const { labels, maintainer } = word
      if (maintainer) {
        const evidence = evidenceFor(found)
        const given = Object.entries(labels).map(([idea, direction]) => ({
          idea,
          direction,
          evidence: evidence(idea, direction),
        }))
        await way.store.verdicts.give(item, given, way.now())
      }
      await way.store.feedback.give(
        { kind: 'label', subject: item, about: found.title, labels, comment: given(word.comment) },
        voterOf(item, user),
        way.now(),
      )
      return true
    },
  }
}

/** The evidence that a label of the same idea and direction has already, else the title. */
function evidenceFor(item: LabelledItem): (idea: string, direction: Direction) => string {
  return (idea, direction) =>
    item.labels.find((label) => label.idea === idea && label.direction === direction)?.evidence ?? item.title
}
