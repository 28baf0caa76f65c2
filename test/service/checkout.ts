import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const here = join(import.meta.dirname, '..', '..')
const parts = ['bin', 'src', 'templates', 'feeds', 'wiki', 'package.json']

/**
 * A copy of the checkout in a temporary folder: commands run there see neither the `.env` nor the data of the checkout
 * that the tests are started from.
 */
export function copyCheckout(): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'freehold-'))
  for (const part of parts) cpSync(join(here, part), join(dir, part), { recursive: true })
  symlinkSync(join(here, 'node_modules'), join(dir, 'node_modules'))
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) }
}
