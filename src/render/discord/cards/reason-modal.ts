import { type AnswerReason, answerReasons } from '../../../model/index.ts'
import { type Modal, modalOf } from './modal.ts'

const labels: Record<AnswerReason, string> = {
  wrong: 'It is wrong',
  unsupported: 'The sources do not say it',
  outdated: 'It is out of date',
  unclear: 'It is hard to understand',
  'off-topic': 'It is not what I asked',
}

/** Asks why an answer did not help: select `reason` (values of {@link answerReasons}), text `comment`. */
export function reasonModal({ id }: { id: string }): Modal {
  return modalOf(
    'unhelpful',
    id,
    'What was wrong with the answer?',
    {
      type: 18,
      label: 'What was wrong',
      component: {
        type: 3,
        custom_id: 'reason',
        placeholder: 'Choose one',
        min_values: 1,
        max_values: 1,
        required: true,
        options: answerReasons.map((reason) => ({ label: labels[reason], value: reason })),
      },
    },
    'Anything else? (if you like)',
  )
}
