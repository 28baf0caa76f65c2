// Variation selectors say how an emoji looks and hide nothing, so they stay.
const unseen = /[[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]--[\uFE0E\uFE0F]]/gv
const stackedMarks = /(\p{M}{4})\p{M}+/gu

/**
 * Text from a feed as one line of characters that can be seen: controls and breaks become spaces; bidi controls,
 * zero-width characters and piled-up accents go; what is longer than `max` characters ends in an ellipsis.
 */
export function plain(text: string, max = Number.POSITIVE_INFINITY): string {
  const line = text
    .toWellFormed()
    .replace(unseen, '')
    .replace(stackedMarks, '$1')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
  return clip(line, max)
}

/** Letters of scripts that run from right to left. */
const rightToLeft = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u

/**
 * Text set apart (U+2068 … U+2069) where it runs from right to left: it would turn round what stands beside it on its
 * line. For what is not HTML, which has `dir` for that.
 */
export function isolated(text: string): string {
  return rightToLeft.test(text) ? `\u2068${text}\u2069` : text
}

/** Text from a feed as it was given, but for characters that can steer a terminal or turn the reading direction. */
export function verbatim(text: string): string {
  return text.toWellFormed().replace(/[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]|(?![\t\n])\p{Cc}/gu, '')
}

/** The words of somebody else in quotation marks, unless they stand in one pair already. */
export function quoted(words: string): string {
  return /^[“„«"][^“”„«»"]*[”“»"]$/u.test(words) ? words : `“${withinQuotes(words)}”`
}

/** Words as they stand between quotation marks: with marks of their own they could end the quotation and speak for us. */
export function withinQuotes(words: string): string {
  return words
    .replace(/[“„«‟]/g, '‘')
    .replace(/[”»]/g, '’')
    .replace(/(?<=^|[\s(])["＂]/g, '‘')
    .replace(/["＂]/g, '’')
}

/** At most `max` characters, cut at a space where one is near, never inside a character. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text
  const whole = text
    .slice(0, Math.max(max - 1, 0))
    .toWellFormed()
    .replace(/\uFFFD$/, '')
  const space = whole.lastIndexOf(' ')
  const cut = space > max * 0.7 ? whole.slice(0, space) : whole
  return `${cut.replace(/[\s,;:.–—-]+$/u, '')}…`
}
