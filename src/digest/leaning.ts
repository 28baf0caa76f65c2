import { type Direction, directions, type Label, type LabelledItem } from '../model/index.ts'

/**
 * The direction that most of these items give an idea; where as many give two, the one they are surer of, then the first
 * of opens, closes, mixed. Null when none gives the idea.
 */
export function leaningOf(items: LabelledItem[], idea: string): Direction | null {
  const given = items.flatMap((item) => item.labels.filter((label) => label.idea === idea))
  if (given.length === 0) return null
  const of = (direction: Direction): Label[] => given.filter((label) => label.direction === direction)
  const sure = (direction: Direction) => of(direction).reduce((sum, { score }) => sum + score, 0)
  return directions.reduce((best, direction) => {
    const more = of(direction).length - of(best).length
    return more > 0 || (more === 0 && sure(direction) > sure(best)) ? direction : best
  })
}
