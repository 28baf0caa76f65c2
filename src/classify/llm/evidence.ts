/**
 * The span of one of `texts` that says what `evidence` says, as it stands there: blanks may differ, nothing else. Null
 * when there is none, or no word in it.
 */
export function verbatimSpan(evidence: string, texts: string[]): string | null {
  const words = evidence.split(/\s+/).filter((word) => word !== '')
  if (!/[\p{L}\p{N}]/u.test(evidence)) return null
  const pattern = new RegExp(words.map(literally).join('\\s+'))
  for (const text of texts) {
    const span = pattern.exec(text)?.[0]
    // Half a character would not come back from a store as it was.
    if (span?.isWellFormed()) return span
  }
  return null
}

function literally(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
