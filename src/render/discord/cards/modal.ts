import type { StringSelect } from '../components.ts'
import { type CardAction, customId } from '../custom-ids.ts'

/** A field for words in a modal. */
export interface TextInput {
  type: 4
  custom_id: string
  /** 1 one line, 2 a paragraph. */
  style: 1 | 2
  required: boolean
  max_length: number
  placeholder?: string
}

/** A field of a modal with its name. */
export interface LabelledField {
  type: 18
  label: string
  description?: string
  component: StringSelect | TextInput
}

/** The data of an answer to an interaction of type 9. */
export interface Modal {
  custom_id: string
  title: string
  components: LabelledField[]
}

/** A modal that comes back as `action` on `subject`, with a choice and room for a remark (custom id `comment`). */
export function modalOf(
  action: CardAction,
  subject: string,
  title: string,
  choice: LabelledField,
  asking: string,
): Modal {
  return {
    // A modal needs an id; one that names no subject is answered as one whose subject is gone.
    custom_id: customId(action, subject) ?? action,
    title,
    components: [
      choice,
      {
        type: 18,
        label: asking,
        component: { type: 4, custom_id: 'comment', style: 2, required: false, max_length: 500 },
      },
    ],
  }
}
