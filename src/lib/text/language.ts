import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { eld as Detector } from 'eld/extrasmall'

/** Languages the rest of the program can read, as ISO 639-1 codes. */
export const readableLanguages: readonly string[] = ['en']

const unsupported = 'unsupported'

/** How sure one must be to call a text not English: scores apart (0 to 1), and words that speak for it. */
const bars = {
  declaredEnglish: { margin: 0.15, words: 3 },
  undeclared: { margin: 0.1, words: 2 },
  declaredOther: { margin: 0.02, words: 0 },
}

/** Short words of other languages that English does not have. */
const foreignWords = new Set(
  (
    'für und das eine einen nicht auf wird werden mit von zu den dem des ist sind wie bei über nach les une est pour ' +
    'dans avec sont aux sur du au par ses leur los las una para por del con según sus il della che nella per sono ' +
    'het een voor van met niet och att för på som og til av ikke ja się na dla jest não uma os em da do são'
  ).split(' '),
)

/** Short words that English has and the languages near it do not. */
const englishWords = new Set(
  (
    'the and of to that with are this it as by from has its will have which but can their how what more our we you your ' +
    'they would been than when who about into over between for is at be not says said new after could should were'
  ).split(' '),
)
/** So many words in a hundred of English prose are such words; a text of another language that quotes some has far fewer. */
const englishShare = 0.1

/** Characters that are looked at first. */
const firstLook = 300

const particles = new Set('von van der den de la du di da dos del della el al bin'.split(' '))

/**
 * The language of a text: `en`, or `unsupported` where it is written in something else. Slow to accuse: names and
 * short headlines stay `en`, and so do empty text and mere numbers. `hint` is the language its feed declares (BCP 47):
 * one that is not English lowers the bar, English raises it.
 */
export function detectLanguage(text: string, hint?: string | null): string {
  const declared = barFor(hint)
  if (isPlainlyEnglish(text.slice(0, firstLook), declared)) return 'en'
  const sample = text.slice(0, 2_000).replace(/\S+/g, withoutNoise)
  const letters = sample.match(/\p{L}/gu)?.length ?? 0
  if (letters === 0) return 'en'
  if (foreignScriptShare(sample, letters) > 0.4) return unsupported
  const { margin, words } = bars[declared]
  const tokens = sample.match(/[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*/gu) ?? []
  // What begins as English goes on as English, as far as anybody cares; the detector's time grows with the text.
  if (words > 0 && sample.length > 2 * firstLook && marginOverEnglish(sample.slice(0, firstLook)) === 0)
    return 'en'
  const whole = marginOverEnglish(sample)
  if (words === 0) return whole >= margin ? unsupported : 'en'
  // Headlines are full of names, which say nothing of the language around them. Names have capitals.
  const plain = tokens.filter((token, i) => /^\p{Ll}/u.test(token) && !isParticle(token, tokens[i + 1]))
  const known = plain.filter((token) => foreignWords.has(token)).length
  const spoken = plain.length + known >= words && plain.join('').length >= 3
  if (spoken && whole >= margin / 2 && marginOverEnglish(plain.join(' ')) >= margin) return unsupported
  // Capitals throughout: only a long and clear case counts.
  return whole >= 0.6 && tokens.length >= 5 ? unsupported : 'en'
}

/** A word without what is none: addresses, and names of versions such as `gpt-oss-120b`. */
function withoutNoise(word: string): string {
  if (/^https?:\/\//.test(word) || word.includes('@')) return ' '
  return word.replace(/[!-~]+/g, (run) => (/\d/.test(run) ? ' ' : run))
}

/**
 * English beyond doubt, by its letters and its small words: far faster than the detector, which is left for the rest. A
 * headline may have no small words; where its feed declares English, it is enough that nothing speaks against it.
 */
function isPlainlyEnglish(text: string, declared: keyof typeof bars): boolean {
  const words = text.toLowerCase().match(/[a-z\u00c0-\uffff]+/g) ?? []
  let [english, foreign] = [0, 0]
  for (const word of words) {
    if (englishWords.has(word)) english += 1
    else if (foreignWords.has(word) || /[^a-z\u2010-\u2026]/.test(word)) foreign += 1
  }
  if (declared === 'declaredEnglish' && foreign === 0) return true
  return english >= 2 && english >= words.length * englishShare && foreign * 3 <= english
}

/** `von der` of a name: a particle before a capital or another particle. */
function isParticle(token: string, next: string | undefined): boolean {
  return particles.has(token) && next !== undefined && (/^\p{Lu}/u.test(next) || particles.has(next))
}

function barFor(hint: string | null | undefined): keyof typeof bars {
  if (!hint?.trim()) return 'undeclared'
  return /^en\b/i.test(hint.trim()) ? 'declaredEnglish' : 'declaredOther'
}

/** Which part of the letters is not Latin. A Han, kana or hangul sign weighs as much as several letters. */
function foreignScriptShare(sample: string, letters: number): number {
  const latin = sample.match(/\p{Script=Latin}/gu)?.length ?? 0
  const signs =
    sample.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu)?.length ?? 0
  const foreign = letters - latin + signs
  return foreign / (latin + foreign)
}

/** By how much the likeliest language is ahead of English, 0 to 1; 0 when it is English or nothing can be told. */
function marginOverEnglish(text: string): number {
  const found = detector().detect(text)
  if (!found.language || found.language === 'en') return 0
  const scores = found.getScores()
  return (scores[found.language] ?? 0) - (scores.en ?? 0)
}

let loaded: typeof Detector | undefined

/** The smallest of its databases; still 0.15 s and 90 MB, hence only when there is something to detect. */
function detector(): typeof Detector {
  loaded ??= createRequire(import.meta.url)(fileURLToPath(import.meta.resolve('eld/extrasmall'))).eld
  return loaded as typeof Detector
}
