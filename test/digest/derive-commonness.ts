/**
 * Makes `src/digest/commonness.json`: in how many of the labelled items under wiki/labels each stem stands, for those that stand in
 * many. Run again after the labels have grown much; its result is committed.
 *
 *     node test/digest/derive-commonness.ts
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readAccount } from '../../src/digest/account.ts'

/** Stems in fewer items than this share are rare enough to be told apart by the period's own items. */
const leastShare = 0.002

const labels = join(import.meta.dirname, '..', '..', 'wiki', 'labels')
const lines = readdirSync(labels).flatMap((name) =>
  readFileSync(join(labels, name), 'utf8').trim().split('\n'),
)
const counts = new Map<string, number>()
for (const line of lines) {
  const { title, summary = '' } = JSON.parse(line) as { title: string; summary?: string }
  for (const stem of readAccount({ title, summary }).text) counts.set(stem, (counts.get(stem) ?? 0) + 1)
}
const common = [...counts]
  .filter(([, count]) => count >= leastShare * lines.length)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([stem, count]) => [stem, Math.round((count / lines.length) * 1e4) / 1e4])
writeFileSync(
  join(import.meta.dirname, '..', '..', 'src', 'digest', 'commonness.json'),
  `${JSON.stringify(Object.fromEntries(common), null, 1)}\n`,
)
