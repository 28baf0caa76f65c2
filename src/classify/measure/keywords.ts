import { type ClassifiableItem, type Direction, directions, type Idea } from '../../model/index.ts'
import { readingOf } from '../classifiable.ts'
import type { Classifier } from '../classifier.ts'
import { signalFinder } from '../features.ts'

/**
 * What can be had without learning, to measure a classifier against: an idea is given where one of its page's `about`
 * phrases occurs, in the direction whose phrases occur most, `mixed` when none does. Its scores are 1 and 0.
 */
export function keywordClassifier(ideas: Idea[]): Classifier {
  const find = signalFinder(ideas)

  function classify(item: ClassifiableItem, options: { explain?: boolean } = {}) {
    const { title, body } = readingOf(item)
    const hits = [...find(title), ...find(body)]
    const labels = ideas.flatMap(({ id }) => {
      const own = hits.filter((hit) => hit.idea === id)
      if (!own.some((hit) => hit.sense === 'about')) return []
      const count = (direction: Direction) => own.filter((hit) => hit.sense === direction).length
      return [{ idea: id, direction: mostFrequent(count), score: 1, evidence: title }]
    })
    if (!options.explain) return { id: item.id, labels }
    const why = ideas.map(({ id }) => ({
      idea: id,
      score: labels.some((label) => label.idea === id) ? 1 : 0,
      threshold: 1,
      for: hits.filter((hit) => hit.idea === id).map((hit) => hit.phrase),
      against: [],
    }))
    return { id: item.id, labels, why }
  }

  return { by: 'keywords', classify }
}

function mostFrequent(count: (direction: Direction) => number): Direction {
  const most = Math.max(...directions.map(count))
  const first = directions.filter((direction) => count(direction) === most)
  return first.length === 1 ? first[0]! : 'mixed'
}
