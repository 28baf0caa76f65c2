import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { metricsOf } from '../../src/jobs/index.ts'
import { startPost } from '../mail/post-office.ts'

const root = join(import.meta.dirname, '..', '..')

/** The figures by name; of those without a label just the number. */
async function figures() {
  const { way, pass } = await startPost()
  pass(100_000)
  const metrics = await metricsOf(way)
  return { way, metrics, of: (name: string) => metrics.find((one) => one.name === name)?.values }
}

test('a new installation has nothing to tell, and says so in numbers', async () => {
  const { of } = await figures()
  for (const name of ['items', 'items_unclassified', 'deliveries_due', 'digest_number', 'feed_lag_seconds'])
    expect([name, of(`freehold_${name}`)]).toEqual([name, [{ value: 0 }]])
  expect(of('process_resident_memory_bytes')![0]!.value).toBeGreaterThan(10e6)
  expect(of('process_start_time_seconds')![0]!.value * 1000).toBeLessThanOrEqual(Date.now())
})

test('each alert of deploy/alerts.yml watches figures that there are, and says what to do', async () => {
  const { metrics } = await figures()
  const names = new Set(metrics.map(({ name }) => name))
  const { groups } = parse(readFileSync(join(root, 'deploy', 'alerts.yml'), 'utf8')) as {
    groups: { rules: { alert: string; expr: string; annotations: { summary: string; remedy: string } }[] }[]
  }
  const rules = groups.flatMap((group) => group.rules)
  const watched = rules.flatMap(({ expr }) =>
    [...expr.matchAll(/\b(?:freehold|process)_\w+/g)].map(([name]) => name),
  )
  expect(watched.length).toBeGreaterThanOrEqual(rules.length)
  for (const name of watched) expect(names).toContain(name)
  for (const { annotations } of rules) {
    expect(annotations.summary).toMatch(/\.$/)
    expect(annotations.remedy).toMatch(/\.$/)
  }
})

test('what README sets an alarm on is among the figures', async () => {
  const { metrics } = await figures()
  const names = new Set(metrics.map(({ name }) => name))
  const said = [
    ...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/`((?:freehold|process)_[a-z_]+)[`{]/g),
  ]
  expect(said.length).toBeGreaterThan(4)
  for (const [, name] of said) expect(names).toContain(name)
})
