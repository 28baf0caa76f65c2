/**
 * Makes `src/ask/weights.json`: how much each piece of evidence counts when a question is answered. Run again after questions
 * have been added or the evidence has changed; its result is committed. With `--measure` it writes nothing and tells instead how
 * well a file's questions are answered by what the other files teach, file by file (some minutes).
 *
 *     node test/ask/derive-weights.ts
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compose } from '../../src/ask/compose.ts'
import { coverageEvidence } from '../../src/ask/coverage.ts'
import {
  passageEvidence,
  passageInputs,
  type Ranked,
  rankedBy,
  sentenceEvidence,
  sentenceInputs,
} from '../../src/ask/evidence.ts'
import { find, type Judgement, toldBy } from '../../src/ask/finding.ts'
import type { Ground, Reading } from '../../src/ask/ground.ts'
import { type Net, scoresOf } from '../../src/ask/net.ts'
import { type FiledQuestion, groundWithout, readFiled } from './asked.ts'
import { type Choice, trainNets } from './train-net.ts'

/** Log-odds that a question must have to be answered. */
const bar = 0.25

const wiki = await readFiled()
const files = [...new Set(wiki.questions.map(({ file }) => file))]

const grounds = new Map<string, Ground>()
/** Few grounds are wanted at a time, and each takes some room. */
function ground(without: string[]): Ground {
  const key = [...new Set(without)].sort().join(' ')
  const known = grounds.get(key)
  if (known) return known
  if (grounds.size >= 3) grounds.delete([...grounds.keys()][0]!)
  const made = groundWithout(wiki, without)
  grounds.set(key, made)
  return made
}

/** A question read on a ground that has never seen its file. */
interface Case {
  asked: FiledQuestion
  on: Ground
  reading: Reading
  evidence: Float32Array
  /** Passages and sentences that hold the key, wherever they stand. */
  passages: number[]
  sentences: number[]
}

function casesFor(without: string[]): Case[] {
  return files
    .filter((file) => !without.includes(file))
    .flatMap((file) => {
      const on = ground([...without, file])
      return wiki.questions
        .filter((asked) => asked.file === file)
        .map((asked) => {
          const reading = on.read(asked.question)
          const holds = (text: string) => asked.key.some((key) => text.includes(key))
          const passages = on.shelf.passages.filter(
            ({ passage }) =>
              holds(passage.text) && (asked.file !== 'builders' || passage.page === asked.page),
          )
          return {
            asked,
            on,
            reading,
            evidence: passageEvidence(on, reading),
            passages: passages.map(({ index }) => index),
            sentences: passages.flatMap((one) =>
              one.sentences.filter(({ text }) => holds(text)).map(({ index }) => index),
            ),
          }
        })
    })
}

function learn(cases: Case[]): Judgement {
  const answered = cases.filter(({ passages }) => passages.length > 0)
  const passages = trainNets(
    answered.map(({ evidence, passages }) => ({ values: evidence, right: passages, weight: 1 })),
    passageInputs,
    { hidden: 8, rounds: 14 },
  )
  const ranks = new Map<Case, Ranked>(
    cases.map((one) => [one, rankedBy(one.on, scoresOf(passages, one.evidence))]),
  )
  const sentences = trainNets(
    answered.flatMap((one): Choice[] => {
      const found = sentenceEvidence(one.on, one.reading, ranks.get(one)!)
      const right = found.sentences.flatMap(({ index }, i) => (one.sentences.includes(index) ? [i] : []))
      return right.length > 0 ? [{ values: found.values, right, weight: 1 }] : []
    }),
    sentenceInputs,
    { hidden: 6, rounds: 14 },
  )
  const coverage = learnCoverage(
    cases.map((one) => {
      const ranked = ranks.get(one)!
      const told = toldBy(one.on, one.reading, ranked, sentences)
      return {
        evidence: coverageEvidence(one.on, one.reading, one.evidence, ranked, told),
        holds: one.asked.page !== null,
      }
    }),
  )
  return { passages, sentences, coverage }
}

/** Learns on inputs of like spread and folds that into the weights, and the bar into the bias. */
function learnCoverage(known: { evidence: Record<string, number>; holds: boolean }[]): Net {
  const inputs = Object.keys(known[0]!.evidence)
  const width = inputs.length
  const cases = known.map(({ evidence, holds }) => ({ values: inputs.map((name) => evidence[name]!), holds }))
  const means = Array.from({ length: width }, (_, k) => mean(cases.map(({ values }) => values[k]!)))
  const spreads = means.map(
    (middle, k) => Math.sqrt(mean(cases.map(({ values }) => (values[k]! - middle) ** 2))) || 1,
  )
  ;[means[0], spreads[0]] = [0, 1]
  const net = trainNets(
    cases.map(({ values, holds }) => ({
      // The other candidate is nothing at all: all inputs zero.
      values: Float32Array.from({ length: 2 * width }, (_, k) =>
        k < width ? (values[k]! - means[k]!) / spreads[k]! : 0,
      ),
      right: [holds ? 0 : 1],
      weight: 1,
    })),
    inputs,
    { hidden: 6, rounds: 12, penalty: 1e-2 },
  )
  return { ...net, weights: onRaw(net, means, spreads) }
}

/** The weights of a net that learned on inputs less their mean over their spread, for inputs as they are. */
function onRaw({ hidden, weights, inputs }: Net, means: number[], spreads: number[]): number[] {
  const width = inputs.length
  const raw = [...weights]
  const shifted = (from: number) => {
    let shift = 0
    for (let k = 0; k < width; k++) {
      raw[from + k] = weights[from + k]! / spreads[k]!
      shift += raw[from + k]! * means[k]!
    }
    return shift
  }
  // The first input is always one. Nothing at all, which the net compared with, has a score of its own.
  raw[0] = weights[0]! - (shifted(0) + bar)
  for (let unit = 0, at = width; unit < hidden; unit++, at += width + 2) {
    raw[at + width] = weights[at + width]! - shifted(at)
    raw[0] -= weights[at + width + 1]! * Math.tanh(weights[at + width]!)
  }
  return raw
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

if (process.argv.includes('--measure')) {
  const chosen = process.argv.slice(3)
  for (const file of chosen.length > 0 ? chosen : files) {
    const judgement = learn(casesFor([file]))
    measure(file, ground([file]), judgement)
  }
} else {
  const judgement = learn(casesFor([]))
  const rounded = (net: Net): Net => ({
    ...net,
    weights: net.weights.map((weight) => Math.round(weight * 1e4) / 1e4),
  })
  writeFileSync(
    join(import.meta.dirname, '..', '..', 'src', 'ask', 'weights.json'),
    `${JSON.stringify({
      passages: rounded(judgement.passages),
      sentences: rounded(judgement.sentences),
      coverage: rounded(judgement.coverage),
    })}\n`,
  )
}

function measure(file: string, on: Ground, judgement: Judgement): void {
  const known: { covered: number; page: boolean; key: boolean; length: number }[] = []
  const unknown: number[] = []
  for (const { question, page, key } of wiki.questions.filter((one) => one.file === file)) {
    const reading = on.read(question)
    const found = find(on, reading, judgement)
    if (page === null) {
      unknown.push(found?.covered ?? Number.NEGATIVE_INFINITY)
      continue
    }
    const composed = found && compose(reading.question, found, '')
    const holding = wiki.passages.filter(({ text }) => key.some((one) => text.includes(one)))
    const right = new Set([page, ...holding.map((one) => one.page)])
    const told = composed?.text.toLowerCase() ?? ''
    known.push({
      covered: found?.covered ?? Number.NEGATIVE_INFINITY,
      page: composed?.pages.some((id) => right.has(id)) ?? false,
      key: key.some((one) => told.includes(one.toLowerCase())),
      length: composed?.text.match(/\[\d\]/g)?.length ?? 0,
    })
  }
  const share = <T>(all: T[], good: (one: T) => boolean) => (all.filter(good).length / all.length).toFixed(3)
  const line = (at: number) =>
    `bar ${at.toFixed(2)}: page ${share(known, (one) => one.covered >= at && one.page)} key ${share(known, (one) => one.covered >= at && one.key)} declined ${share(known, (one) => one.covered < at)} unanswerable declined ${share(unknown, (one) => one < at)}`
  const sorted = known.map(({ covered }) => covered).sort((a, b) => a - b)
  process.stdout.write(
    `${file}: page ${share(known, (one) => one.page)} key ${share(known, (one) => one.key)} of all; ${mean(known.map(({ length }) => length)).toFixed(1)} sentences\n` +
      [0, sorted[Math.floor(0.06 * sorted.length)]!, sorted[Math.floor(0.08 * sorted.length)]!]
        .map((at) => `    ${line(at)}\n`)
        .join(''),
  )
}
