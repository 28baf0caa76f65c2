/** Only this much of the end of a text is looked at. Characters. */
const tailLength = 700

/** What has gone before: a sentence, a cut, a line, or nothing. */
const afterSentence = '(^|[.!?…:;)\\]"”»]|\\n)\\s*'
/** Arrows and brackets around the words of a link. */
const [open, close] = ['[\\[(]?\\s*', '\\s*(?:…|\\.{3})?\\s*[\\])]?\\s*(?:»|›|>{1,2}|→|⟶|➔|\\.)?']
const link = (words: string) => new RegExp(`${afterSentence}${open}(?:${words})${close}\\s*$`, 'su')

/** What feeds put under each text, whatever it says. Words of links begin with a capital; sentences use them without. */
const endings: RegExp[] = [
  /(^|\s)The (?:post|article|story) .{0,400}? (?:appeared first|first appeared|originally appeared|was first published) (?:on|at|in) .{0,200}$/su,
  /(^|[.!?…\]"”»]\s*|\n)This (?:post|article|story) (?:(?:has )?(?:originally|first) )?(?:appeared|appears|was (?:originally |first )?published) (?:first )?(?:on|at|in) .{0,150}$/su,
  link('Continue [Rr]eading(?: .{0,200})?'),
  link('(?:Read|READ|See|View|Learn|Find out) (?:[Mm]ore|MORE)(?: (?:here|on|at|about|in|from)\\b.{0,150})?'),
  link(
    '(?:Read|View|See) the (?:full|whole|rest|complete|entire|original)(?: of (?:the|this))?(?: (?:article|story|post|text|entry|announcement|report|release|item|paper))?(?: (?:here|on|at|in)\\b.{0,150})?',
  ),
  link(
    'Keep [Rr]eading|Read [Oo]n|Full [Ss]tory|(?:Please )?[Cc]lick here(?: to (?:read|learn|see|find)\\b.{0,80})?',
  ),
  link('(?:View|See|Read) (?:[Oo]riginal|[Ff]ull)(?: (?:post|article|story|version|text))?'),
  link('Weiterlesen|Mehr lesen|Lire la suite|En savoir plus|Leer más|Seguir leyendo|Leggi tutto|Lees verder'),
  /(^|\s)submitted by \/?u\/\S+ *(?:to r\/\S+ *)?(?:\s*\[link\])?(?:\s*\[comments\])?\s*$/su,
  /(^|\s)Article URL: \S+\s+Comments URL: \S+(?:\s+Points: \d+)?(?:\s+# Comments: \d+)?\s*$/su,
]

/** Without one of these in its tail no text has such an ending; to look for them is far quicker than to try each ending. */
const marks = (
  'appear|publish|reading|read more|see more|view more|learn more|out more|read the|view the|see the|full|click|original|read on|' +
  'weiterlesen|mehr lesen|la suite|savoir|leer m|leyendo|leggi|lees v|submitted by|comments url|[…|(…|[...|(...|[&|(&'
).split('|')

/** `[…]` and the like, where a text was cut; an ellipsis says it as well. */
const cut = /\s*[[(](?:…|\.{3}|&hellip;|&#8230;)[\])]\s*$/u

/**
 * A plain text without what its feed puts at the end of every text: "The post … appeared first on …", "Continue
 * reading", "Read more", "[…]". A mark that the text was cut stays, as an ellipsis.
 */
export function withoutBoilerplate(text: string): string {
  let kept = text.trimEnd()
  // More than one may stand there: a cut, then a link, then where it appeared first.
  for (let round = 0; round < 4; round++) {
    const shorter = withoutEnding(kept)
    if (shorter === kept) break
    kept = shorter
  }
  return kept
}

function withoutEnding(text: string): string {
  const start = Math.max(0, text.length - tailLength)
  const tail = text.slice(start)
  const lower = tail.toLowerCase()
  if (!marks.some((mark) => lower.includes(mark))) return text
  if (cut.test(tail)) return `${(text.slice(0, start) + tail.replace(cut, '')).replace(/[\s.…]+$/, '')}…`
  for (const ending of endings) {
    const found = ending.exec(tail)
    // The whole text would be the title of something, or all there is to say.
    if (found) return text.slice(0, start + found.index + found[1]!.length).trimEnd()
  }
  return text
}
