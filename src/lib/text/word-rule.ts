/**
 * A rule as curators write it: a word or phrase, which matches whole and in any case, or a `/pattern/` with optional
 * flags. Gives the regular expression, or a sentence when it can't be used.
 */
export function compileRule(rule: string): RegExp | string {
  const [, source, flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(rule) ?? []
  if (source === undefined) return wordRule(rule.trim())
  if (source === '') return `The pattern ${rule} is empty and would match everything; remove it.`
  // (a+)+ and the like take exponential time on a text that nearly matches.
  if (/\([^()]*[+*}][^()]*\)\s*(?:[+*]|\{\d+,)/.test(source)) {
    return `The pattern ${rule} repeats a group that itself repeats, which can take for ever; write it without the inner repetition.`
  }
  try {
    // Sticky and global patterns remember where they were, and would judge the next item by it.
    return new RegExp(source, [...new Set(`${flags}i`)].filter((flag) => !'gy'.includes(flag)).join(''))
  } catch (error) {
    return `The pattern ${rule} can't be used: ${(error as Error).message}.`
  }
}

function wordRule(word: string): RegExp | string {
  if (!word) return 'An empty word would match everything or nothing; remove it.'
  if (word.startsWith('/'))
    return `${word} begins with / and has no closing /; patterns are written /like this/.`
  const literal = word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replace(/\s+/g, '\\s+')
  return new RegExp(`(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`, 'iu')
}
