import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { evaluate } from '../classify/index.ts'
import { ConfigError } from '../config.ts'
import { problemLine } from '../lib/text/index.ts'
import { parseExamples } from '../wiki/index.ts'
import { Failure } from './failure.ts'
import { print, printJson, table } from './output.ts'
import { config } from './settings.ts'
import { loadWiki, openClassifier } from './wiring.ts'

export function addEvaluate(program: Command): void {
  program
    .command('evaluate')
    .argument('<file>', 'JSON Lines of items with "labels":{"renewal":"opens"}')
    .summary('score the classifier on labelled items')
    .description('Scores the classifier on a file of labelled items that it was not trained on.')
    .option('--json', 'print the figures as JSON')
    .action(async (file: string, options: { json?: boolean }) => {
      const settings = config()
      const { ideas } = await loadWiki(settings)
      const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        throw new Failure(`${file} can't be read (${error.code}).`)
      })
      const { examples, problems } = parseExamples(text, file, ideas)
      if (problems.length) throw new ConfigError(problems.map(problemLine).join('\n'))
      const result = evaluate(await openClassifier(settings, ideas), examples, ideas)
      if (options.json) {
        printJson(result)
        return
      }
      const share = (value: number | null) => (value === null ? '–' : value.toFixed(2))
      print(`${result.items} items, judged by ${result.by}`)
      print()
      print(
        table([
          ['idea', 'precision', 'recall', 'F1', 'items'],
          ...Object.entries(result.ideas).map(([idea, one]) => [
            idea,
            share(one.precision),
            share(one.recall),
            share(one.f1),
            String(one.support),
          ]),
        ]),
      )
      print()
      print(
        `Macro-F1 ${share(result.macroF1)}. Direction right in ${share(result.directionAccuracy)} of the labels whose idea is.`,
      )
      print(`Of the items without an idea, ${share(result.falseAlarmRate)} were given one.`)
    })
}
