/** Measures the classifier: `npm run bench`. Prints a table with the machine named; absolute times are this machine's. */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { loadClassifier } from '../../src/classify/index.ts'
import { ideasOf, readExamples, readPages } from '../../src/wiki/index.ts'

const wiki = join(import.meta.dirname, '..', '..', 'wiki')
const { pages } = await readPages(wiki)
const ideas = ideasOf(pages)
const { examples } = await readExamples(wiki, ideas)
const dir = mkdtempSync(join(tmpdir(), 'freehold-bench-'))
const rounds = 3

try {
  const cold = await timed(() => loadClassifier(examples, ideas, dir))
  const again = await timed(() =>
    loadClassifier(examples, ideas, dir, [{ id: 'one-more', title: 'One more label', labels: {} }]),
  )
  const kept = await timed(() => loadClassifier(examples, ideas, dir))
  const classifier = kept.result
  const speeds: number[] = []
  for (let round = 0; round < rounds; round++) {
    const { ms } = await timed(async () => {
      for (const example of examples) classifier.classify(example)
    })
    speeds.push(examples.length / (ms / 1000))
  }
  const speed = speeds.toSorted((a, b) => a - b)[Math.floor(rounds / 2)]!
  const memory = process.memoryUsage().rss / 2 ** 20
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`
  const rows = [
    ['what', 'measured', 'goal'],
    [`training from ${examples.length} labels`, `${(cold.ms / 1000).toFixed(1)} s`, '60 s'],
    ['training again after one new label', `${(again.ms / 1000).toFixed(1)} s`, '10 s'],
    ['loading a kept model', `${(kept.ms / 1000).toFixed(2)} s`, '3 s'],
    ['classifying, one core, median of 3 rounds', `${Math.round(speed)} items/s`, '500 items/s'],
    ['memory of the process afterwards', `${Math.round(memory)} MiB`, '250 MB to classify'],
    ['loading a kept model against training', `${(kept.ms / cold.ms).toFixed(3)} of the time`, ''],
  ]
  const width = Math.max(...rows.map(([what]) => what!.length))
  process.stdout.write(`${machine}\n\n`)
  for (const [what, measured, goal] of rows) {
    process.stdout.write(`${what!.padEnd(width)}  ${measured!.padEnd(18)}  ${goal}\n`)
  }
} finally {
  rmSync(dir, { recursive: true, force: true })
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const start = performance.now()
  const result = await work()
  return { result, ms: performance.now() - start }
}
