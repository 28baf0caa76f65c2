/** A count as people write it: `1,204`. */
export function number(value: number): string {
  return value.toLocaleString('en-GB')
}

/** `1 item`, `1,204 items`, `2 stories`, `2 days`. */
export function plural(count: number, word: string): string {
  const many = /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`
  return `${number(count)} ${count === 1 ? word : many}`
}
