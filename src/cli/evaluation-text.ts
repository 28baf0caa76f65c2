import type { Assessment, CurvePoint, EvidenceAgreement, Interval, Sampling } from '../classify/index.ts'
import { table } from './output.ts'

/** Everything `freehold evaluate` has measured. */
export interface Measured extends Assessment {
  baseline: Assessment
  sampling: Sampling
  /** Items that stand, in the same words or nearly so, among the labels trained on. */
  alsoTrainedOn: number
  learningCurve?: CurvePoint[]
  evidence?: EvidenceAgreement
}

/** The figures laid out for a terminal, 80 columns wide. */
export function evaluationText(measured: Measured, trainedOn: number): string {
  const { baseline, sampling } = measured
  const { resamples, seed } = sampling
  return [
    `${measured.items} items, ${measured.none} of them without an idea; judged by ${measured.by}, trained on ${trainedOn} labels`,
    ideaTable(measured, 'classifier'),
    ideaTable(baseline, 'keywords'),
    overall(measured),
    ...(measured.reliability ? [reliability(measured.reliability)] : []),
    ...(measured.learningCurve ? [curve(measured.learningCurve)] : []),
    ...(measured.evidence ? [evidence(measured.evidence)] : []),
    [
      `In brackets: 95 % of ${resamples.toLocaleString('en')} samples of the ${measured.items} items, drawn with replacement (seed ${seed}).`,
      'They tell what chance does to a file of this size, not how other feeds differ from it.',
      `Directions are judged where the idea is right: ${measured.rightIdeas} labels, ${baseline.rightIdeas} for keywords.`,
      'Keywords: an idea where one of its page’s "about" phrases occurs, the direction whose phrases occur most.',
      ...(measured.alsoTrainedOn
        ? [
            `${measured.alsoTrainedOn} of the items were also trained on, word for word or nearly so: the figures flatter.`,
          ]
        : []),
    ].join('\n'),
  ].join('\n\n')
}

function ideaTable({ ideas, intervals }: Assessment, name: string): string {
  return table([
    [name, 'items', 'precision', 'recall', 'F1'],
    ...Object.entries(ideas).map(([idea, one]) => {
      const by = intervals.ideas[idea]!
      return [
        idea,
        String(one.support).padStart(5),
        share(one.precision, by.precision),
        share(one.recall, by.recall),
        share(one.f1, by.f1),
      ]
    }),
  ])
}

function overall(measured: Measured): string {
  const row = (name: string, figure: (one: Assessment) => string) => [
    name,
    figure(measured),
    figure(measured.baseline),
  ]
  return table([
    ['all ideas', 'classifier', 'keywords'],
    row('macro-F1', (one) => share(one.macroF1, one.intervals.macroF1)),
    row('direction right', (one) => share(one.directionAccuracy, one.intervals.directionAccuracy)),
    row('items without an idea given one', (one) => share(one.falseAlarmRate, one.intervals.falseAlarmRate)),
    row('expected calibration error', (one) => one.reliability?.error.toFixed(3) ?? '–'),
  ])
}

function reliability({ bins, scores }: NonNullable<Assessment['reliability']>): string {
  const rows = bins.map((bin) => [
    `${bin.from.toFixed(1)}–${bin.to.toFixed(1)}`,
    String(bin.scores).padStart(6),
    bin.mean?.toFixed(2) ?? '–',
    bin.share?.toFixed(2) ?? '–',
  ])
  return `${table([['score', 'scores', 'says', 'is right'], ...rows])}\n${scores} scores: every idea of every item.`
}

function curve(points: CurvePoint[]): string {
  const rows = points.map((point) => [
    `${point.share * 100} %`,
    String(point.examples).padStart(6),
    share(point.macroF1, point.interval),
  ])
  return table([['trained on', 'labels', 'macro-F1'], ...rows])
}

function evidence(one: EvidenceAgreement): string {
  const rows = [
    ['all items', String(one.items), share(one.agrees), share(one.title)],
    [
      'items given the idea',
      String(one.given).padStart(String(one.items).length),
      share(one.agreesWhereGiven),
      share(one.titleWhereGiven),
    ],
  ]
  return `${table([['evidence that readers accept', 'n', 'given', 'the title'], ...rows])}\nAn item that was not given the idea has no evidence and counts as wrong in the first row.`
}

/** `0.73 (.69–.78)`. */
function share(value: number | null, interval: Interval | null = null): string {
  if (value === null) return '–'
  const short = (bound: number) => bound.toFixed(2).replace(/^0/, '')
  return interval ? `${value.toFixed(2)} (${short(interval[0])}–${short(interval[1])})` : value.toFixed(2)
}
