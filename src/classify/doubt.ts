import type { ClassifiableItem } from '../model/index.ts'
import type { Classifier, Verdict } from './classifier.ts'

/** An item and how near the classifier was to the contrary verdict. */
export interface Doubt<Item> {
  item: Item
  verdict: Verdict
  /**
   * Distance of the score nearest to its threshold or, of an idea given, half the lead of its direction over the next;
   * 0 is a coin's toss.
   */
  margin: number
}

/** Items in the order in which a person's word would help most: the least sure first. What can't be read is left out. */
export function leastSure<Item extends ClassifiableItem & { language?: string }>(
  classifier: Classifier,
  items: Item[],
): Doubt<Item>[] {
  return items
    .map((item) => {
      const verdict = classifier.classify(item, {
        explain: true,
        ...(item.language ? { language: item.language } : {}),
      })
      const distances = (verdict.why ?? []).flatMap(({ score, threshold, directions }) => {
        const [first = 1, second = 0] = Object.values(directions ?? {}).sort((a, b) => b - a)
        return [Math.abs(score - threshold), ...(score >= threshold ? [(first - second) / 2] : [])]
      })
      return { item, verdict, margin: Math.min(...distances) }
    })
    .filter(({ margin }) => Number.isFinite(margin))
    .sort((a, b) => a.margin - b.margin || (a.item.id < b.item.id ? -1 : 1))
}
