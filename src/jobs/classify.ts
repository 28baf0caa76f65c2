import type { Classifier, RefinedVerdict, Refusal } from '../classify/index.ts'
import type { Item } from '../model/index.ts'
import { day } from '../model/index.ts'
import type { Progress, Way } from './way.ts'

/** Items judged between two writes. */
const batch = 200
/** The same while an LLM is asked: it may take half a minute for each, and what it has said should be kept by then. */
const slowBatch = 10

export interface ClassifyReport {
  judged: number
  /** Items that were given at least one idea. */
  labelled: number
  unsupported: number
}

/**
 * Judges every stored item that the present model has not judged: new ones, changed ones, and those of the open period
 * (since the last digest) when the model is another one than theirs. With an LLM's help, an item that it could not be
 * asked about keeps the built-in verdict, and its turn comes again in the next run.
 */
export async function classify(
  way: Pick<Way, 'store' | 'classifier' | 'now'> & Partial<Pick<Way, 'log'>>,
  options: { progress?: Progress; signal?: AbortSignal } = {},
): Promise<ClassifyReport> {
  const classifier = await way.classifier()
  const last = await way.store.digests.last()
  const openSince = last?.until ?? way.now() - 14 * day
  const report: ClassifyReport = { judged: 0, labelled: 0, unsupported: 0 }
  const refusals: Refusal[] = []
  const later = new Set<string>()
  classifier.refined?.startRun()
  while (!options.signal?.aborted) {
    const size = classifier.refined && later.size === 0 ? slowBatch : batch
    const found = await way.store.items.toClassify(classifier.by, openSince, size + later.size)
    const items = found.filter((item) => !later.has(item.id))
    if (items.length === 0) break
    const verdicts = await judge(classifier, items, options.signal)
    for (const { id, labels, language, refusal } of verdicts) {
      if (labels.length) report.labelled += 1
      if (language === 'unsupported') report.unsupported += 1
      if (refusal) refusals.push(refusal)
      if (refusal?.later) later.add(id)
    }
    // Under the built-in classifier's own name an item counts as not yet judged by the two together.
    const settled = verdicts.filter(({ id }) => !later.has(id))
    const open = verdicts.filter(({ id }) => later.has(id))
    // A feed may change a text while it is being judged; what was said of the old one must not stand under the new.
    const revisions = new Map(items.map((item) => [item.id, item.revision]))
    const forStore = ({ id, labels, by }: RefinedVerdict) => ({
      item: id,
      revision: revisions.get(id)!,
      labels: labels.map((label) => ({ ...label, by })),
    })
    if (settled.length) await way.store.items.label(settled.map(forStore), classifier.by)
    if (open.length) await way.store.items.label(open.map(forStore), open[0]!.by)
    report.judged += items.length
    options.progress?.(report.judged, report.judged, '')
    // Lets timers and sockets have their turn between batches.
    await new Promise((resolve) => setImmediate(resolve))
  }
  for (const [message, same] of Map.groupBy(refusals, (refusal) => refusal.message)) {
    way.log?.warn({ items: same.length }, `the built-in classifier decided alone: ${message}`)
  }
  return report
}

/** Verdicts in the order of the items. */
async function judge(
  classifier: Classifier,
  items: (Item & { byMaintainer: boolean })[],
  signal: AbortSignal | undefined,
): Promise<RefinedVerdict[]> {
  const verdicts: RefinedVerdict[] = []
  for (const item of items) {
    const { language } = item
    // A maintainer's word stands whatever is said here: no call is spent on it.
    const asked = item.byMaintainer ? undefined : classifier.refined
    const verdict = await asked?.classify(forClassifier(item), { language, signal })
    verdicts.push(
      verdict ?? {
        ...classifier.classify(forClassifier(item), { language }),
        by: classifier.by,
        refusal: null,
      },
    )
  }
  return verdicts
}

function forClassifier(item: Item) {
  const publishedAt = item.publishedAt === null ? null : new Date(item.publishedAt).toISOString()
  return { ...item, publishedAt }
}
