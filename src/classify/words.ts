const wordPattern = /[\p{L}\p{N}]+(?:['’.-][\p{L}\p{N}]+)*|[$€£¥%]/gu

/** Lower-case words in order; digits become `0` so that amounts and versions share a feature. */
export function wordsOf(text: string): string[] {
  const words = text.normalize('NFKC').toLowerCase().match(wordPattern) ?? []
  return words.map((word) =>
    word
      .replace(/['’]s$/, '')
      .replace(/\p{N}+/gu, '0')
      .slice(0, 40),
  )
}
