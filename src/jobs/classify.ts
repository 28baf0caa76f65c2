import type { Item } from '../model/index.ts'
import { day } from '../model/index.ts'
import type { Progress, Way } from './way.ts'

/** Items judged between two writes. */
const batch = 200

export interface ClassifyReport {
  judged: number
  /** Items that were given at least one idea. */
  labelled: number
  unsupported: number
}

/**
 * Judges every stored item that the present model has not judged: new ones, changed ones, and those of the open period
 * (since the last digest) when the model is another one than theirs.
 */
export async function classify(
  way: Pick<Way, 'store' | 'classifier' | 'now'>,
  options: { progress?: Progress; signal?: AbortSignal } = {},
): Promise<ClassifyReport> {
  const classifier = await way.classifier()
  const last = await way.store.digests.last()
  const openSince = last?.until ?? way.now() - 14 * day
  const report: ClassifyReport = { judged: 0, labelled: 0, unsupported: 0 }
  while (!options.signal?.aborted) {
    const items = await way.store.items.toClassify(classifier.by, openSince, batch)
    if (items.length === 0) break
    const verdicts = items.map((item) => {
      const verdict = classifier.classify(forClassifier(item), { language: item.language })
      if (verdict.labels.length) report.labelled += 1
      if (verdict.language === 'unsupported') report.unsupported += 1
      return { item: item.id, labels: verdict.labels.map((label) => ({ ...label, by: classifier.by })) }
    })
    await way.store.items.label(verdicts, classifier.by)
    report.judged += items.length
    options.progress?.(report.judged, report.judged, '')
    // Lets timers and sockets have their turn between batches.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return report
}

function forClassifier(item: Item) {
  const publishedAt = item.publishedAt === null ? null : new Date(item.publishedAt).toISOString()
  return { ...item, publishedAt }
}
