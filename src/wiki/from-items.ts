import {
  type Example,
  type GivenLabel,
  type Item,
  type TextUse,
  unsupportedLanguage,
} from '../model/index.ts'

/** What a label file may hold of a text that its publisher lets us keep an excerpt of, in characters. */
const excerptLength = 300

/** A stored item and what a maintainer said of it. */
export interface JudgedItem {
  item: Item
  labels: GivenLabel[]
}

/** Whether something can be learned from it: its text can be read, and the wiki still has the ideas given. */
export function teaches({ item, labels }: JudgedItem, ideas: { id: string }[]): boolean {
  const known = new Set(ideas.map((idea) => idea.id))
  return item.language !== unsupportedLanguage && labels.every(({ idea }) => known.has(idea))
}

/** The examples that judged items make, apart from those that stand in the label files by now. */
export function examplesSince(files: Example[], judged: JudgedItem[], ideas: { id: string }[]): Example[] {
  const known = new Set(files.map((example) => example.id))
  return judged
    .filter((one) => teaches(one, ideas))
    .map(({ item, labels }) => exampleFrom(item, labels))
    .filter((example) => !known.has(example.id))
}

/** A stored item and a maintainer's word on it, as an example to train on. */
function exampleFrom(item: Item, labels: GivenLabel[]): Example {
  return {
    id: `item-${item.id}`,
    kind: item.kind,
    title: item.title,
    ...(item.summary ? { summary: item.summary } : {}),
    ...(item.content ? { content: item.content } : {}),
    ...(item.publishedAt === null
      ? {}
      : { publishedAt: new Date(item.publishedAt).toISOString().slice(0, 10) }),
    labels: Object.fromEntries(labels.map(({ idea, direction }) => [idea, direction])),
  }
}

/** The same for a file that others can read: only as much of the text as the feed's terms allow. */
export function publicExampleFrom(item: Item, labels: GivenLabel[], textUse: TextUse): Example {
  const summary = { link: '', excerpt: excerpt(item.summary), full: item.summary }[textUse]
  return exampleFrom({ ...item, summary, content: '' }, labels)
}

/** The beginning of a text, whole words, with an ellipsis where something was left out. */
function excerpt(text: string): string {
  if (text.length <= excerptLength) return text
  const room = text.slice(0, excerptLength - 1)
  const end = text[room.length] === ' ' ? room.length : room.lastIndexOf(' ')
  // Half a character is left where a text without blanks is cut.
  return `${room.slice(0, end > 0 ? end : undefined).replace(/[\s,;:.…\ud800-\udbff]+$/, '')}…`
}
