import type { Corrected, Correction, Digest } from '../model/index.ts'
import { longDate } from './dates.ts'
import { plain } from './feed-text.ts'

/** What was wrong in an earlier issue, as a later one tells it. */
export interface CorrectedView {
  /** `Freehold 11`. */
  issue: string
  /** The page of that issue. */
  href: string
  /** `16 November`; with its year where that is not the issue's own, empty where it is no date. */
  date: string
  note: string
}

/** What stands over the notes in every form. */
export const correctedHeading = 'Corrections'

const longestNote = 1000

/** The notes on earlier issues that an issue brings, the oldest first. */
export function correctedViews({ corrected = [], until }: Digest, site: string): CorrectedView[] {
  return corrected.map((one) => ({
    issue: `Freehold ${one.issue}`,
    href: `${site}/digests/${one.issue}`,
    date: dateOf(one, until),
    note: plain(one.note, longestNote),
  }))
}

/** `Freehold 11, 16 November`. */
export function correctedLabel({ issue, date }: CorrectedView): string {
  return [issue, date].filter(Boolean).join(', ')
}

/** A note beside the issue that it corrects: `Corrected on 3 December 2026`, and what was wrong. */
export function correctionView({ at, note }: Correction): { label: string; note: string } {
  return { label: ['Corrected', longDate(at)].filter(Boolean).join(' on '), note: plain(note, 2000) }
}

function dateOf({ at }: Corrected, until: string): string {
  const date = longDate(at)
  return at.slice(0, 4) === until.slice(0, 4) ? date.replace(/ \d{4}$/, '') : date
}
