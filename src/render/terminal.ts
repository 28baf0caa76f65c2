import type { Digest } from '../model/index.ts'
import { digestView, type Place } from './digest-view.ts'
import { legend } from './directions.ts'
import type { Templates } from './templates.ts'
import { textView } from './text-view.ts'

export interface TerminalOptions {
  width?: number
  /** Whether the terminal shows ANSI colours. */
  colour?: boolean
}

/** Makes digests to be read in a terminal. */
export function terminalRenderer(
  templates: Templates,
  place: Place,
): (digest: Digest, options?: TerminalOptions) => string {
  const text = templates.text('terminal-digest')
  return (digest, { width = 76, colour = false } = {}) =>
    text(
      textView(
        { ...digestView(digest, place), legend },
        { width: Math.min(Math.max(width, 40), 100), colour },
      ),
    )
}
