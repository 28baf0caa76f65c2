import { type Direction, directions, type Idea, type StoryChoice } from '../model/index.ts'
import { marks, words } from './directions.ts'
import { plain } from './feed-text.ts'

/** What a reader can choose, as boxes of a form. */
export interface ChoiceBoxes {
  ideas: { id: string; name: string; sentence: string; checked: boolean }[]
  directions: { id: Direction; mark: string; word: string; meaning: string; checked: boolean }[]
}

const meanings: Record<Direction, string> = {
  opens: 'more cheap space',
  closes: 'less of it',
  mixed: 'both, or not settled yet',
}

/** The boxes in the order of the ideas, those of a choice ticked. */
export function choiceBoxes(choice: StoryChoice, ideas: readonly Idea[]): ChoiceBoxes {
  return {
    ideas: ideas.map(({ id, name, title }) => ({
      id,
      name,
      sentence: title,
      checked: choice.ideas.includes(id),
    })),
    directions: directions.map((direction) => ({
      id: direction,
      mark: marks[direction],
      word: words[direction],
      meaning: meanings[direction],
      checked: choice.directions.includes(direction),
    })),
  }
}

/** `every story`, or `stories on Renewal and Compute cost that open cheap space or are contested`. */
export function choicePhrase(choice: StoryChoice, ideas: readonly Idea[]): string {
  const about = chosenNames(choice, ideas)
  const deeds = chosenDeeds(choice)
  if (about.length === 0 && deeds.length === 0) return 'every story'
  return [
    'stories',
    ...(about.length > 0 ? [`on ${listed(about, 'and')}`] : []),
    ...(deeds.length > 0 ? [`that ${listed(deeds, 'or')}`] : []),
  ].join(' ')
}

/** The names of the chosen ideas in their order; of one that the wiki no longer has, its id. */
function chosenNames(choice: StoryChoice, ideas: readonly Idea[]): string[] {
  const known = ideas.filter(({ id }) => choice.ideas.includes(id))
  if (known.length > 0 && known.length === ideas.length) return []
  const gone = choice.ideas.filter((id) => !ideas.some((idea) => idea.id === id))
  return [...known.map(({ name }) => name), ...new Set(gone.map((id) => plain(id, 60)))].filter(Boolean)
}

function chosenDeeds({ directions: wanted }: StoryChoice): string[] {
  if (directions.every((direction) => wanted.includes(direction))) return []
  const moves = (['opens', 'closes'] as const).filter((one) => wanted.includes(one))
  return [
    ...(moves.length > 0 ? [`${moves.map((one) => one.slice(0, -1)).join(' or ')} cheap space`] : []),
    ...(wanted.includes('mixed') ? ['are contested'] : []),
  ]
}

/** `a`, `a and b`, `a, b and c`. */
function listed(names: readonly string[], last: 'and' | 'or'): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`
}
