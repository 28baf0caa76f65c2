import { cosine } from '../lib/meaning/index.ts'
import type { Direction, Idea } from '../model/index.ts'
import { plainWords, synonym } from './lexicon.ts'
import { namedIn, nameOf, newsWord } from './named.ts'
import type { AskedNews, FoundNews } from './news-items.ts'
import { type Period, periodOf } from './period.ts'
import type { Question } from './question.ts'
import type { Shelf } from './shelf.ts'
import { isFaint, rootOf, rootsOf } from './words.ts'

const recency =
  /\b(?:lately|recent(?:ly)?|latest|news|headlines?|this (?:week|month)|last (?:week|month|few days|couple of)|past (?:\w+ )?(?:week|month|days?)|yesterday|these days|this morning|currently happening|news today|today's news|update[sd]? (?:on|from|about)|anything new|what(?: i|')?s new|happened (?:with|on|lately)|happened to .{1,40} recently|(?:today|this year)(?=\W*$))\b/i
/** Questions about how news is judged, which the wiki answers. */
const aboutFiling =
  /\b(?:what (?:kind|sort|type)s? of|which (?:kind|sort|type)s? of|what counts|how (?:is|are|does|do)|counts? as|filed|file[sd]?|classif|label|why|should i watch|bears? on|mean|do you ask|(?:each|every) (?:news )?(?:item|story))\b/i
const events =
  /\b(?:price (?:cuts?|hikes?|increases?|rises?|drops?|wars?|changes?)|cuts?|releases?|launch(?:es)?|mergers?|deals?|lawsuits?|shortages?|funding|grants?|announcements?|hikes?|stories|items|withdrawals?|deprecations?|acquisitions?|weights)\b/i

/** By what a question for news is read. */
export interface NewsGround {
  ideas: readonly Idea[]
  shelf: Shelf
  /** Names of those whose items are stored. */
  publishers: readonly string[]
  /** Ms since the epoch. */
  now: number
}

/** What of the stored items a question asks for; null when it does not ask for news. */
export function newsWish(question: Question, ground: NewsGround): AskedNews | null {
  const { ideas, shelf, publishers, now } = ground
  const period = periodOf(question.text, now)
  if (isLongAgo(period, question, now)) return null
  const undated = without(period, question)
  const text = period.rest
  const anyEvents =
    /^\W*(?:(?:so|hey|yo|hi|ok|and)\W+)*(?:is there |are there |were there |have there been |has there been |did you see |got |seen )?any(?:thing|one)?\b/i.test(
      text,
    ) && events.test(text)
  if (
    /\b(?:wiki|source|page|jacobs|ostrom|frame)\b/i.test(text) &&
    !/\b(?:lately|recent|news|this week)/i.test(text)
  )
    return null
  const isRecent = recency.test(question.text) || (period.date !== '' && isOpen(undated))
  if (!anyEvents && !(isRecent && !aboutFiling.test(text))) return null
  if (/\b(?:19|20)\d\d\b/.test(text) && !/\bnews\b/i.test(text)) return null
  const topic = plainWords(text).filter((word) => !newsWord.test(word))
  const about = namedIn(undated, shelf, publishers)
  const rest = topic.filter((word) => !about.some(({ root }) => root === rootOf(word)))
  const wanted = about.length > 0 ? rest.filter((word) => !deed.test(word)) : topic
  const idea = ideaOf(wanted.length < topic.length ? wanted.join(' ') : text, wanted, ideas, shelf)
  return {
    idea,
    direction: about.length > 0 && !idea ? null : directionOf(text),
    about,
    beside: about.length > 0 && !idea ? besideName(wanted, ground) : [],
    text,
    since: period.since,
    until: period.until,
    period,
    words: [...new Set(topic.map(rootOf))],
    limit: 5,
  }
}

/** Of these words those by which the wiki's pages are called or its ideas recognised. */
function besideName(words: readonly string[], { ideas, shelf }: NewsGround): AskedNews['beside'] {
  const signals = new Set(
    ideas.flatMap(({ signals: { about, opens, closes, mixed } }) =>
      [...about, ...opens, ...closes, ...mixed].flatMap(rootsOf),
    ),
  )
  return words
    .map((typed) => ({ typed, root: rootOf(typed) }))
    .filter(({ typed, root }) => !isFaint(typed) && (signals.has(root) || shelf.isCalled(root)))
}

/** A question without the date in it. */
function without({ date, rest }: Period, question: Question): Question {
  const left = new Set(rootsOf(rest))
  const gone = new Set(rootsOf(date).filter((root) => !left.has(root)))
  return { ...question, text: rest, words: question.words.filter(({ root }) => !gone.has(root)) }
}

/** With a date a question is for news that asks what happened, or nothing else. */
function isOpen({ text, words }: Question): boolean {
  return words.length === 0 || /\b(?:happen\w*|new|any|anything|going on)\b/i.test(text)
}

/** What was so long ago is the wiki's to tell, unless news is asked for. */
const longAgo = 400 * 24 * 60 * 60 * 1000
function isLongAgo({ since, date }: Period, { text }: Question, now: number): boolean {
  return date !== '' && since < now - longAgo && !/\b(?:news|stories|items)\b/i.test(text)
}

const deed =
  /^(?:announc\w*|releas\w*|launch\w*|ship(?:s|ped|ping)?|publish\w*|unveil\w*|present\w*|tell|told|update\w*|latest|learn\w*|hear\w*)$/
const start = String.raw`^\W*(?:(?:so|and|but|hey|hi|yo|ok|well)\W+)*`
/** Questions what somebody did or what became of them, and whether, when, why or how. */
const pastDeeds = new RegExp(
  `${start}(?:(?:what|when|why|how|where|whom?|which [\\w-]+) )?(?:did|has|have|had) (?!the wiki|you |we |i )\\S` +
    `|${start}(?:what happened (?:to|at|with) |(?:was|were) |who (?!is|are|was|were|can|could|should|would|will|may|might|has|have|do|does)[a-z]+ )\\S`,
  'i',
)
const presentDeeds =
  /^\W*(?:so |and |hey |ok )*what (?:does|is|are) (?!the |you ).{2,40}? (?:do|done|doing|up to|announc(?:e|ing)|releas(?:e|ing)|launch(?:ing)?|ship(?:ping)?|publish(?:ing)?|unveil(?:ing)?)\W*$/i
/** What anybody may be said to do; an item need not say it. */
const anyDeed =
  /^(?:announc\w*|releas\w*|launch\w*|ship(?:s|ped|ping)?|publish\w*|unveil\w*|present\w*|decid\w*|rul(?:e|es|ed)|report\w*|told|happen\w*|up|lately|recently|just|new)$/

/** What somebody did, wished for as news; null for any other question. `isStranger` tells that the wiki knows no such name. */
export function deedsOf(
  question: Question,
  ground: NewsGround,
): { wish: AskedNews; isStranger: boolean } | null {
  const { shelf, publishers, now } = ground
  const period = periodOf(question.text, now)
  if (isLongAgo(period, question, now)) return null
  const undated = without(period, question)
  const { text } = undated
  if (!pastDeeds.test(text) && !presentDeeds.test(text)) return null
  const about = namedIn(undated, shelf, publishers)
  if (about.length === 0) return null
  const names = about.map(({ root }) => root)
  const rest = undated.words.filter(({ root, word }) => !names.includes(root) && !anyDeed.test(word))
  const wish = {
    idea: null,
    direction: null,
    since: period.since,
    until: period.until,
    period,
    words: [...names, ...rest.map(({ root }) => root)],
    limit: 5,
    about,
    beside: [],
    telling: rest.map(({ word, root }) => [root, ...sameAs(word, shelf)]),
    text,
  }
  return { wish, isStranger: names.some((root) => !shelf.lexicon.has(root)) }
}

/** Roots that say as good as the same as a word. */
function sameAs(word: string, { lexicon }: Shelf): string[] {
  return [...lexicon.near(word)].flatMap(([root, near]) => (near >= synonym ? [root] : []))
}

function directionOf(text: string): Direction | null {
  const opens =
    /\b(?:cuts?|cheaper|drops?|falls?|fell|falling|releas\w+|open(?:s|ed)?(?=\s+(?:up|stories|weights))|lower\w*|loosen\w*|price wars?|undercut\w*|grants?)\b/i.test(
      text,
    )
  const closes =
    /\b(?:hikes?|increases?|rais(?:e|es|ed|ing)|ris(?:e|es|ing)|rose|shortages?|withdraw\w*|withdrew|tighten\w*|closes?|closing|deprecat\w+|more expensive|bans?|cancel\w*)\b/i.test(
      text,
    )
  return opens === closes ? null : opens ? 'opens' : 'closes'
}

/** The idea whose names or signals the question says, else the nearest in meaning; null when none is near. */
function ideaOf(text: string, topic: string[], ideas: readonly Idea[], shelf: Shelf): string | null {
  const roots = rootsOf(text)
  const asked = shelf.lexicon.meaning(topic)
  let best: { id: string; score: number } | null = null
  for (const idea of ideas) {
    const { about, opens, closes, mixed } = idea.signals
    const page = shelf.pages.find(({ id }) => id === idea.id)
    const phrases = [
      idea.name,
      idea.title,
      ...(page ? [page.title] : []),
      ...about,
      ...opens,
      ...closes,
      ...mixed,
    ]
    const said = phrases.filter((phrase) => {
      const wanted = rootsOf(phrase)
      return wanted.length > 0 && wanted.every((root) => roots.includes(root))
    })
    const names = (page?.names ?? []).filter(
      (name) => name.length > 0 && name.every((root) => roots.includes(root)),
    )
    const nearness = cosine(
      asked,
      shelf.lexicon.meaning(plainWords(`${idea.name} ${idea.definition} ${about.join(' ')}`)),
    )
    const score = Math.min(2, said.length) + 1.5 * Math.min(1, names.length) + nearness
    if (!best || score > best.score) best = { id: idea.id, score }
  }
  return best && topic.length > 0 && best.score >= 0.62 ? best.id : null
}

/** What an answer to a question for news says: a line for each item, or that there is none. */
export function newsText({ items, unsaid }: FoundNews, wish: AskedNews, ideas: readonly Idea[]): string {
  const { words, isDated } = wish.period
  const idea = ideas.find(({ id }) => id === wish.idea)
  const name = nameOf(wish.about, wish.text)
  const about = `${name ? ` from or about ${name}` : ''}${idea ? ` on ${idea.name}` : ''}`
  if (items.length === 0) {
    const way = wish.direction === 'mixed' ? 'is mixed' : wish.direction
    // What bears on none of them may be stored all the same.
    const bearing = idea ? null : 'bears on the key ideas'
    const kind = [bearing, way].filter((one) => one !== null).join(' and ')
    const those = kind ? ` that ${kind}` : ''
    return isDated
      ? `Freehold has stored no news ${words}${about}${those}.`
      : `Freehold has stored nothing${about} ${words}${those}.`
  }
  const lines = items.map(
    ({ title, url, publishedAt }) =>
      `- ${title}${publishedAt ? ` (${publishedAt.slice(0, 10)})` : ''} ${url}`,
  )
  const but =
    unsaid.length > 0 ? `, though nothing that says ${unsaid.map((word) => `“${word}”`).join(' or ')}` : ''
  return [`Stored${isDated ? ' news' : ''} ${words}${about}${but}:`, ...lines].join('\n')
}
