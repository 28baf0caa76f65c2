import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const here = join(import.meta.dirname, '..', '..')
const parts = ['bin', 'src', 'templates', 'feeds', 'wiki', 'package.json']

/** What tests keep from run to run: a model, and what Node makes of the sources. */
export const keptFolder = join(here, 'node_modules', '.cache', 'freehold')

export interface Checkout {
  dir: string
  remove(): void
}

/**
 * A copy of the checkout in a temporary folder: commands run there see neither the `.env` nor the data of the checkout
 * that the tests are started from. Of the labels it has a tenth, from which is learned in seconds; with DATA_DIR `data`
 * not even that, since the model is there.
 */
export function copyCheckout(): Checkout {
  const dir = mkdtempSync(join(tmpdir(), 'freehold-'))
  for (const part of parts) cpSync(join(here, part), join(dir, part), { recursive: true })
  symlinkSync(join(here, 'node_modules'), join(dir, 'node_modules'))
  thinOut(join(dir, 'wiki', 'labels'))
  giveModel(join(dir, 'data'))
  mkdirSync(join(keptFolder, 'compiled'), { recursive: true })
  symlinkSync(join(keptFolder, 'compiled'), join(dir, '.compiled'))
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) }
}

/** Leaves every tenth line of each label file. */
export function thinOut(labels: string): void {
  for (const name of readdirSync(labels)) {
    const lines = readFileSync(join(labels, name), 'utf8').trimEnd().split('\n')
    writeFileSync(join(labels, name), `${lines.filter((_, i) => i % 10 === 0).join('\n')}\n`)
  }
}

/** Puts the model of these labels where commands with this DATA_DIR look for it. */
export function giveModel(dataDir: string): void {
  const models = join(dataDir, 'models')
  mkdirSync(models, { recursive: true })
  for (const folder of readdirSync(keptFolder).filter((name) => /^model-\w+$/.test(name))) {
    for (const name of readdirSync(join(keptFolder, folder))) {
      symlinkSync(join(keptFolder, folder, name), join(models, name))
    }
  }
}

/** Settings by which processes share what Node makes of the sources, wherever their checkout lies. */
export function sharedCompilation(checkout = here): Record<string, string> {
  const folder = checkout === here ? join(keptFolder, 'compiled') : join(checkout, '.compiled')
  return { NODE_COMPILE_CACHE: folder, NODE_COMPILE_CACHE_PORTABLE: '1' }
}
