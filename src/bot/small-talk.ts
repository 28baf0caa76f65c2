/** A greeting, thanks, or a question about the bot itself: nothing that a wiki could answer. */
const smallTalk =
  /^\W*(?:(?:hi|hello|hey|hallo|yo|good (?:morning|evening|day)|moin)(?: there| bot| freehold| all)?|thanks?(?: you| a lot| so much)?|thx|ty|cheers|bye|ok(?:ay)?|cool|nice|ping|test|help(?: me)?|commands?|who are you(?: and what can you do)?|what are you|what can (?:you|i) (?:do|ask)(?: here)?|how do (?:you|i use (?:you|this(?: bot)?)) ?(?:work)?|what is this(?: bot)?)\W*$/iu

/** True for what is better answered by saying what the bot can do. */
export function isSmallTalk(text: string): boolean {
  return text.trim() === '' || smallTalk.test(text)
}
