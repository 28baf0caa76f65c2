import type { NearConcept } from '../../../model/index.ts'
import type { Place } from '../../digest-view.ts'
import { plain } from '../../feed-text.ts'
import { webLink } from '../../links.ts'
import { type ActionButton, type ActionRow, button, type LinkButton, linkButton, row } from '../components.ts'
import { type CardAction, customId } from '../custom-ids.ts'

export const [secondary, success] = [2, 3] as const

/** Discord's own limits. */
const limits = { label: 80, link: 512, inRow: 5 }

/** A button, or none where its custom id would be too long. */
export function actionButton(
  label: string,
  style: ActionButton['style'],
  action: CardAction,
  ...args: string[]
): ActionButton[] {
  const id = customId(action, ...args)
  return id === null ? [] : [button(label, id, style)]
}

/**
 * A button that opens a page, or none where Discord would refuse the link, and with it the whole message: one that is
 * too long, or whose host has no dot in it, such as `localhost`.
 */
export function webButton(label: string, url: string): LinkButton[] {
  const link = webLink(url)
  if (link === null || link.length > limits.link || !new URL(link).hostname.includes('.')) return []
  return [linkButton(label, link)]
}

/** A button for each concept, once; an idea goes by its short name. */
export function conceptButtons(
  concepts: readonly Pick<NearConcept, 'id' | 'title'>[],
  most: number,
  { ideas }: Place,
): ActionButton[] {
  const once = new Map(concepts.map((concept) => [concept.id, concept]))
  return [...once.values()]
    .flatMap(({ id, title }) => {
      const name = ideas.find((idea) => idea.id === id)?.name ?? title
      return actionButton(plain(name, limits.label) || 'Untitled', secondary, 'concept', id)
    })
    .slice(0, most)
}

/** The buttons in a row, as many as it takes; no row without any. */
export function rowOf(buttons: (ActionButton | LinkButton)[]): ActionRow[] {
  return buttons.length > 0 ? [row(...buttons.slice(0, limits.inRow))] : []
}

/** Buttons to the pages before and behind, numbered from 1; the custom ids are `page:<n>` and what `args` say. */
export function pagingRow(
  { page, pages }: { page: number; pages: number },
  [before, behind]: [string, string],
  ...args: string[]
): ActionRow[] {
  if (pages <= 1) return []
  const to = (label: string, target: number) =>
    actionButton(label, secondary, 'page', String(target), ...args).map((one) => ({
      ...one,
      // A dead button keeps the other where the reader's finger is.
      disabled: target < 1 || target > pages,
    }))
  return rowOf([...to(before, page - 1), ...to(behind, page + 1)])
}
