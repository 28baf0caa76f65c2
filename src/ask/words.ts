import { stemOf } from '../lib/text/index.ts'

/** Words that say nothing of what a question is about, question words and small talk among them. */
const idle = new Set(
  (
    'a an the and or but if then than that this these those there here it its he she they them their his her him we us our ' +
    'i me my mine you your yours is are was were be been being am do does did done doing have has had having will would ' +
    'shall should can could may might must ought not no nor of in on at to from by for with about into over under ' +
    'through between as so such too very just only also even still again ever never what whats who whom whose which ' +
    'when where why how any some all each every both either neither one ones other others another same own out up down ' +
    'off more most much many few less least lot lots bit yes ok okay please pls plz thanks thank hi hey hello yo lol lmao ' +
    'haha btw tbh imo idk guys guy folks everyone anyone someone somebody anybody really actually basically like well ' +
    'gonna wanna gotta kinda sorta dont doesnt cant isnt arent im ive youre thats theres lets let tell explain describe ' +
    'say says said saying mean means meant meaning know knows think thinks thought understand want wants wanted need ' +
    'wonder wondering curious ask asking asked question questions answer answers give gives given get gets got make ' +
    'makes made go goes going come comes thing things stuff way ways kind kinds sort sorts according wiki page pages ' +
    'freehold bot exactly quick quickly simple simply terms term word words call called calls refer refers talk talking ' +
    'talks speak use using help role play plays point because while during within without against since upon per via ' +
    'summary summarise summarize definition define defined defines concept idea ideas notion eli5 tldr u ur r thx ty ' +
    'shld wld cld smth sth rly rlly tho thru prob probs gimme dunno lemme bruh bro dude fr ngl imho fyi asap omg wtf lmk nvm irl ' +
    'giving away whatever whenever wherever name names named nobody anything nothing everything something ever matter matters important importance please kindly great good nice cool interesting interested bunch yall gotcha ' +
    'yeah nah hmm umm er uh look looks seem seems keep keeps thanks maybe perhaps whether happen happens happened today ' +
    "now actual guess sure honestly anyway isn't don't doesn't can't won't wouldn't shouldn't couldn't aren't it's that's " +
    'thingy thingie thingamajig later gist dis dem plz wat dat dis teh w n co cheers mate fam lad lads hiya howdy gm sup dumb stupid silly newbie noob layman laymans nutshell brief ' +
    'briefly short elaborate clarify outline regarding concerning wonders speaking honest honestly kindly gazillion loads load bunch ' +
    'wee already toward towards basically apparently supposedly supposed total totally super pretty herself himself themselves ' +
    'myself yourself itself whats whos hows wheres whens whys theyre weve ive id ill youd shes hes thatd aint ya yer em til ' +
    'till else another somehow somewhat sometimes often usually mostly mainly mean literally forever always nope yep yup sorry ' +
    'i.e e.g etc vs. aka re fwiw afaik iirc tl dr er ' +
    "what's who's how's where's i'm i've you're they're there's let's didn't wasn't weren't hasn't haven't"
  ).split(' '),
)

/** True for words that a question can be about. */
export function isContent(word: string): boolean {
  return !idle.has(word) && (word.length > 1 || /\d/.test(word))
}

const faint = new Set(
  (
    'metaphor analogy image comparison argument arguments counter quote quotation opinion view views claim claims claimed ' +
    'statement section passage count counts counted stop stops hold holds deal deals always bad wrong right ' +
    'automatically currently state job famous known background life work works worked career view stance judge example ' +
    'examples main basic overview relation relate related relationship connection connected purpose role topic details ' +
    'contribute contributed contribution recognise recognize spot tricky affect affects influence impact cause causes ' +
    'address handle achieve help allow enable prevent avoid improve consider expect benefit benefits ' +
    'difference differences differ differs different contradict compete competing hurt same explained nationality ' +
    'distinction distinguish distinguishes compare compared versus vs ' +
    'quotes quoted mention mentions mentioned mentioning insist insists english merely fancy ' +
    'metaphors issue issues problem phrase everybody worry worries whole brand bother nutshell lot sort places place guess ' +
    'book books write wrote written essay essays author authors people person reason reasons part parts'
  ).split(' '),
)

/** Idle and faint words long enough to be misspelt recognisably. */
export const commonWords: readonly string[] = [...idle, ...faint].filter((word) => word.length > 4)

/** True for words that say how something is asked about more than what. */
export function isFaint(word: string): boolean {
  return faint.has(word)
}

const endings =
  'ness|ity|iti|al|ial|ive|abl|able|ibl|ment|ian|an|ean|ic|ist|ism|or|ion|ation|at|anc|ance|enc|i|ful|less|li|e|ly|ing|er|ed|s|'

/** True for roots that differ in an ending only, as those of `open` and `openness`, `Europe` and `European`. */
export function areKin(a: string, b: string): boolean {
  if (a[0] !== b[0] || a[1] !== b[1]) return false
  let shared = 2
  while (shared < Math.min(a.length, b.length) && a[shared] === b[shared]) shared += 1
  if (shared < 4) return false
  return isEnding.test(a.slice(shared)) && isEnding.test(b.slice(shared))
}

const isEnding = new RegExp(`^(?:${endings})$`)

/** Spellings that differ between the two sides of the Atlantic, brought together. */
const spellings: [RegExp, string][] = [
  [/^licens/, 'licenc'],
  [/^cent(?:er|re)/, 'centr'],
  [/^program(?:me)?(?=s?$)/, 'program'],
  [/^labor/, 'labour'],
  [/^behavior/, 'behaviour'],
  [/^neighbor/, 'neighbour'],
  [/^defens/, 'defenc'],
  [/iz(?=e|ing|ation)/, 'is'],
]

/** Forms whose common root no ending tells. */
const irregular: Record<string, string> = {
  wrote: 'write',
  written: 'write',
  author: 'write',
  authored: 'write',
  found: 'find',
  founded: 'founding',
  founder: 'founding',
  founders: 'founding',
  bought: 'buy',
  paid: 'pay',
  pays: 'pay',
  paying: 'pay',
  built: 'build',
  kept: 'keep',
  held: 'hold',
  left: 'leave',
  leaving: 'leave',
  fell: 'fall',
  fallen: 'fall',
  rose: 'rise',
  risen: 'rise',
  lost: 'lose',
  won: 'win',
  began: 'begin',
  begun: 'begin',
  grew: 'grow',
  grown: 'grow',
  people: 'person',
  cities: 'city',
  men: 'man',
  women: 'woman',
  died: 'die',
  data: 'data',
  datum: 'data',
  shown: 'show',
}

/**
 * What the forms of a word have in common, so that `release`, `releases` and `released`, or `license` and `licence`,
 * meet. It builds on `stemOf` and is for comparing only: a root need not be a word.
 */
export function rootOf(word: string): string {
  const known = roots.get(word)
  if (known !== undefined) return known
  // A question may hold any word, so what is remembered is kept small.
  if (roots.size >= remembered) roots.clear()
  const root = rootAnew(word)
  roots.set(word, root)
  return root
}

const roots = new Map<string, string>()
const remembered = 10_000
const irregularRoots = new Set(Object.keys(irregular).map(rootOf))

function rootAnew(word: string): string {
  let form = word.toLowerCase().replace(/['’]s?$/, '')
  if (Object.hasOwn(irregular, form)) form = irregular[form]!
  for (const [pattern, spelling] of spellings) form = form.replace(pattern, spelling)
  if (/\d/.test(form)) return form
  let root = stemOf(form)
  if (root === form && /[^s]s$/.test(form) && form.length > 3) root = form.slice(0, -1)
  root = root.replace(/([bdfgmnprt])\1$/, '$1')
  root = root.length > 3 ? root.replace(/e$/, '') : root
  return root.replace(/y$/, 'i')
}

/** Letters that every word of this root holds in lower case; empty where none are sure. */
export function lettersOf(root: string): string {
  const first = root.slice(0, Math.min(4, root.length - 1)).replace(/'.*/, '')
  return first.length < 3 || first.includes('is') || irregularRoots.has(root) ? '' : first
}

/** The words and numbers of a text as they stand; `GPT-2`, `3.1` and `open-source` each in its parts as well as whole. */
export function wordsOf(text: string): string[] {
  return [...text.matchAll(/[\p{L}\p{N}]+(?:['’.][\p{L}\p{N}]+)*/gu)].map(([word]) => word)
}

/** The roots of a text's content words, in order. */
export function rootsOf(text: string): string[] {
  return wordsOf(text)
    .map((word) => word.toLowerCase().replaceAll('’', "'"))
    .filter(isContent)
    .map(rootOf)
}

const numerals = new Map([
  ['3', 'three'],
  ['4', 'four'],
  ['5', 'five'],
  ['8', 'eight'],
])
const articles = new Set(['a', 'an', 'the'])

/** A name in a form by which other ways of writing it meet: roots of all its words but articles; `read` mends a word first. */
export function nameKey(name: string, read = (word: string) => word): string {
  return wordsOf(name.toLowerCase().replaceAll('’', "'"))
    .filter((word) => !articles.has(word))
    .map((word) => rootOf(read(numerals.get(word) ?? word)))
    .join(' ')
}
