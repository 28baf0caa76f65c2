import type { ClassifiableItem } from '../../model/index.ts'
import type { Classifier } from '../classifier.ts'

/** An item that bears on `idea`, and the spans of it that readers accept as evidence. */
export interface EvidenceCase extends ClassifiableItem {
  idea: string
  evidence: string[]
}

/** How often the evidence given is one that readers accept, beside what quoting the title would do. Shares are 0 to 1. */
export interface EvidenceAgreement {
  items: number
  /** Items that were given the idea: only these have evidence. */
  given: number
  /** Of all items; those not given the idea count as wrong. */
  agrees: number
  title: number
  /** Of the items that were given the idea; null when none was. */
  agreesWhereGiven: number | null
  titleWhereGiven: number | null
}

/** Compares a classifier's evidence with what readers accept. */
export function evidenceAgreement(classifier: Classifier, cases: EvidenceCase[]): EvidenceAgreement {
  const judged = cases.map((one) => {
    const label = classifier.classify(one).labels.find(({ idea }) => idea === one.idea)
    return {
      given: label !== undefined,
      agrees: label !== undefined && isAcceptable(label.evidence, one.evidence),
      title: isAcceptable(one.title, one.evidence),
    }
  })
  const given = judged.filter((one) => one.given)
  const share = (of: typeof judged, what: 'agrees' | 'title') =>
    of.length ? of.filter((one) => one[what]).length / of.length : null
  return {
    items: judged.length,
    given: given.length,
    agrees: share(judged, 'agrees') ?? 0,
    title: share(judged, 'title') ?? 0,
    agreesWhereGiven: share(given, 'agrees'),
    titleWhereGiven: share(given, 'title'),
  }
}

/** Whether a span is one of the accepted ones, or shares with one a run of at least half the words of the shorter. */
export function isAcceptable(span: string, accepted: string[]): boolean {
  const words = wordsIn(span)
  return accepted.some((one) => {
    const others = wordsIn(one)
    const shorter = Math.min(words.length, others.length)
    return shorter > 0 && longestCommonRun(words, others) * 2 >= shorter
  })
}

/** Both are pieces of one text: where they overlap they have a run of words in common, and single words prove nothing. */
function longestCommonRun(a: string[], b: string[]): number {
  let longest = 0
  let above = new Array<number>(b.length + 1).fill(0)
  for (const word of a) {
    const row = [0]
    for (const [j, other] of b.entries()) {
      row.push(word === other ? above[j]! + 1 : 0)
      longest = Math.max(longest, row[j + 1]!)
    }
    above = row
  }
  return longest
}

function wordsIn(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  )
}
