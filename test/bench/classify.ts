import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keywordClassifier, loadClassifier } from '../../src/classify/index.ts'
import { ideasOf, readExamples, readPages } from '../../src/wiki/index.ts'
import { type Bench, inTurns, median, spoken, timed, written } from './bench.ts'

const rounds = 3
const wiki = join(import.meta.dirname, '..', '..', 'wiki')

/** Training, loading and using the classifier. */
export const classify: Bench = {
  name: 'classify',
  measures:
    "the classifier is trained from all labels of the wiki, trained again after one more, loaded as it was kept, and judges the labels' items on one core; against the keyword search that the evaluation sets beside it, which needs no learning.",
  async run(say) {
    const { pages } = await readPages(wiki)
    const ideas = ideasOf(pages)
    const { examples } = await readExamples(wiki, ideas)
    const dir = mkdtempSync(join(tmpdir(), 'freehold-bench-'))
    try {
      say('training')
      const cold = await timed(() => loadClassifier(examples, ideas, dir))
      say('training after one more label')
      const taught = [{ id: 'one-more', title: 'One more label', labels: {} }]
      const again = await timed(() => loadClassifier(examples, ideas, dir, taught))
      const kept = await timed(() => loadClassifier(examples, ideas, dir))
      const judges = { classifier: kept.result, keywords: keywordClassifier(ideas) }
      const judge = (name: keyof typeof judges) => async () => {
        const { ms } = await timed(() => {
          for (const example of examples) judges[name].classify(example)
        })
        return (examples.length / ms) * 1000
      }
      const speeds = await inTurns(
        rounds,
        { classifier: judge('classifier'), keywords: judge('keywords') },
        say,
      )
      const [speed, ceiling] = [median(speeds.classifier), median(speeds.keywords)]
      return [
        {
          what: 'classifying against a keyword search',
          value: speed / ceiling,
          unit: 'of its speed',
          from: `${written(speed)} against ${written(ceiling)} items/s`,
        },
        {
          what: 'classifying on one core',
          value: speed,
          unit: 'items/s',
          from: `${written(examples.length)} items`,
          goal: { atLeast: 500 },
        },
        {
          what: 'training',
          value: cold.ms / 1000,
          unit: 's',
          from: `${written(examples.length)} labels`,
          goal: { atMost: 60 },
        },
        {
          what: 'training again after one more label',
          value: again.ms / 1000,
          unit: 's',
          from: `${(again.ms / cold.ms).toFixed(2)} of a whole training`,
          goal: { atMost: 10 },
        },
        {
          what: 'loading a kept model',
          value: kept.ms / 1000,
          unit: 's',
          from: `${(kept.ms / cold.ms).toFixed(3)} of a training (${spoken(cold.ms)})`,
          goal: { atMost: 3 },
        },
      ]
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  },
}
