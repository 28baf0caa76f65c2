import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadClassifier } from '../../src/classify/index.ts'
import { ideasOf, readExamples, readPages } from '../../src/wiki/index.ts'
import { keptFolder, thinOut } from './checkout.ts'

const root = join(import.meta.dirname, '..', '..')
/** What a model is made of: labels and ideas, and the code that learns from them. */
const madeOf = ['wiki', 'src/classify', 'src/lib/meaning', 'test/service/checkout.ts', 'package-lock.json']

/**
 * Before any test: trains the classifier on the labels that checkouts of tests have, unless it was kept by an earlier
 * run. It is used in all of them, which would else spend most of their time on training.
 */
export default async function setup(): Promise<void> {
  const kept = join(keptFolder, `model-${stamp()}`)
  if (existsSync(kept)) return
  const draft = mkdtempSync(join(tmpdir(), 'freehold-model-'))
  try {
    const wiki = join(draft, 'wiki')
    cpSync(join(root, 'wiki'), wiki, { recursive: true })
    thinOut(join(wiki, 'labels'))
    const ideas = ideasOf((await readPages(wiki)).pages)
    await loadClassifier((await readExamples(wiki, ideas)).examples, ideas, join(draft, 'models'))
    for (const name of readdirSync(keptFolder)) {
      if (name.startsWith('model-')) rmSync(join(keptFolder, name), { recursive: true })
    }
    cpSync(join(draft, 'models'), `${kept}~`, { recursive: true })
    renameSync(`${kept}~`, kept)
  } finally {
    rmSync(draft, { recursive: true })
  }
}

function stamp(): string {
  const hash = createHash('sha256')
  const files = madeOf.flatMap((part) => {
    const path = join(root, part)
    if (part.includes('.')) return path
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()
    return names.filter((name) => name.includes('.')).map((name) => join(path, name))
  })
  for (const file of files) hash.update(file).update(readFileSync(file))
  return hash.digest('hex').slice(0, 16)
}
