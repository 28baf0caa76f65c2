import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { assess, evidenceAgreement, keywordClassifier, learningCurve } from '../classify/index.ts'
import { ConfigError } from '../config.ts'
import { type Problem, problemLine } from '../lib/text/index.ts'
import type { Example } from '../model/index.ts'
import { findLikeness, parseExamples } from '../wiki/index.ts'
import { evaluationText, type Measured } from './evaluation-text.ts'
import { parseEvidence } from './evidence-file.ts'
import { Failure } from './failure.ts'
import { print, printJson } from './output.ts'
import { progressBar } from './progress.ts'
import { config } from './settings.ts'
import { loadExamples, loadWiki, trainedOn } from './wiring.ts'

const sampling = { resamples: 1000, seed: 1 }

interface Options {
  learningCurve?: boolean
  evidence?: string
  json?: boolean
}

export function addEvaluate(program: Command): void {
  program
    .command('evaluate')
    .argument('<file>', 'JSON Lines of items with "labels":{"renewal":"opens"}')
    .summary('score the classifier on labelled items')
    .description(
      'Scores the built-in classifier, as the label files teach it, on a file of labelled items that it was not\n' +
        'trained on, beside a search for the phrases of the ideas’ pages. Touches no database and asks no LLM.',
    )
    .option('--learning-curve', 'also train on parts of the labels, to see whether more of them would help')
    .option(
      '--evidence <file>',
      'also compare the evidence given with spans that readers accept: JSON Lines of\n' +
        '{"id","title","summary","idea","evidence":["…"]}',
    )
    .option('--json', 'print the figures as JSON')
    .action(async (file: string, options: Options) => {
      const settings = config()
      const { ideas } = await loadWiki(settings)
      const test = parseExamples(await read(file), file, ideas)
      const evidence = options.evidence
        ? parseEvidence(await read(options.evidence), options.evidence, ideas)
        : null
      refuse([...test.problems, ...(evidence?.problems ?? [])])
      const examples = await loadExamples(settings, ideas)
      const teach = (part: Example[]) => trainedOn(settings, ideas, part)
      const classifier = await teach(examples)
      const measured: Measured = {
        ...assess(classifier, test.examples, ideas, sampling),
        baseline: assess(keywordClassifier(ideas), test.examples, ideas, sampling),
        sampling,
        alsoTrainedOn: countShared(examples, test.examples),
      }
      if (evidence) measured.evidence = evidenceAgreement(classifier, evidence.cases)
      if (options.learningCurve) {
        const bar = progressBar('Training on parts of the labels')
        measured.learningCurve = await learningCurve({
          examples,
          test: test.examples,
          ideas,
          teach,
          sampling,
          progress: bar.update,
        })
        bar.end()
      }
      if (options.json) printJson(measured)
      else print(evaluationText(measured, examples.length))
    })
}

async function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Failure(`${file} can't be read (${error.code}).`)
  })
}

function refuse(problems: Problem[]): void {
  if (problems.length) throw new ConfigError(problems.map(problemLine).join('\n'))
}

/** How many test items have a twin among the examples. */
function countShared(examples: Example[], test: Example[]): number {
  const mark = 'in the file: '
  const marked = test.map((one) => ({ ...one, id: mark + one.id }))
  const across = findLikeness([...examples, ...marked]).twins.filter(
    ({ first, second }) => first.startsWith(mark) !== second.startsWith(mark),
  )
  return new Set(across.map(({ first, second }) => (first.startsWith(mark) ? first : second))).size
}
