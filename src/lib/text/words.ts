/** A word without its commonest endings, so that `releases`, `released` and `releasing` meet. */
export function stemOf(word: string): string {
  return word.length > 4 ? word.replace(/(ations?|ings?|ed|es|s|ers?|ly)$/, '') : word
}

const fillers = new Set(
  (
    'the and for that with from have has are was were will been this its their not but into than more over after says ' +
    'said who which what how all can may new one two our you your they his her out about'
  ).split(' '),
)

/** True for words that say something of their own. */
export function isTelling(word: string): boolean {
  return word.length > 2 && !fillers.has(word)
}
