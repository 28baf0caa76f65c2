import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { settings } from '../../src/config.ts'

const root = join(import.meta.dirname, '..', '..')
const read = (name: string) => readFileSync(join(root, 'deploy', name), 'utf8')
const analyze = '/usr/bin/systemd-analyze'
const isThere = existsSync(analyze)
if (!isThere) process.stderr.write('systemd-analyze is not installed: the unit is not verified.\n')

/** The unit as it would be if the checkout were installed where it lies. */
function unitHere(): string {
  const folder = mkdtempSync(join(tmpdir(), 'freehold-unit-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'freehold.service')
  const text = read('freehold.service').replaceAll(
    '/opt/freehold/node_modules/node/bin/node',
    process.execPath,
  )
  writeFileSync(file, text.replaceAll('/opt/freehold', root))
  return file
}

describe('the systemd unit', () => {
  test.skipIf(!isThere)('is taken by systemd without a word', () => {
    const { status, stdout, stderr } = spawnSync(analyze, ['verify', '--man=no', unitHere()], {
      encoding: 'utf8',
    })
    expect(`${stdout}${stderr}`).toBe('')
    expect(status).toBe(0)
  })

  test.skipIf(!isThere)('leaves the service little of the machine', () => {
    const { stdout } = spawnSync(analyze, ['security', '--offline=true', unitHere()], {
      encoding: 'utf8',
    })
    const exposure = Number(/Overall exposure level[^:]*: ([\d.]+)/.exec(stdout)?.[1])
    expect(exposure).toBeLessThan(2)
  })

  test('starts the service as npm start does', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: { start: string }
    }
    const command = /exec node (.*)$/.exec(scripts.start)?.[1]
    expect(command).toBeTruthy()
    expect(read('freehold.service')).toContain(
      `ExecStart=/opt/freehold/node_modules/node/bin/node ${command}\n`,
    )
  })
})

test('commands run with the user, the settings and the data of the unit', () => {
  const unit = read('freehold.service')
  const script = read('freehold-command')
  const given = [...script.matchAll(/--(?:property|setenv)=(\S+)/g)].map(([, pair]) => pair!)
  expect(given.length).toBeGreaterThan(8)
  for (const pair of given)
    expect(unit.split('\n')).toContain(/^[A-Z_]+=/.test(pair) ? `Environment=${pair}` : pair)
  expect(spawnSync('sh', ['-n', join(root, 'deploy', 'freehold-command')]).status).toBe(0)
})

test('settings that the unit and the image set are settings', () => {
  const known = new Set([
    ...settings.map(({ name }) => name),
    'NODE_ENV',
    'NODE_COMPILE_CACHE',
    'MALLOC_ARENA_MAX',
    'MALLOC_MMAP_THRESHOLD_',
    'MALLOC_TRIM_THRESHOLD_',
  ])
  const inUnit = [...read('freehold.service').matchAll(/^Environment=(\w+)=/gm)].map(([, name]) => name)
  const line = /^ENV (.*)$/m.exec(read('Dockerfile'))?.[1] ?? ''
  const inImage = line.split(' ').map((pair) => pair.split('=')[0])
  expect(inUnit).toHaveLength(5)
  expect(inImage.length).toBeGreaterThan(3)
  for (const name of [...inUnit, ...inImage]) expect(known).toContain(name)
})

test('what the image takes in is there, and let into it', () => {
  const sources = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, names]) =>
    names!.split(' '),
  )
  const letIn = [...read('Dockerfile.dockerignore').matchAll(/^!(.*)$/gm)].map(([, name]) => name!)
  expect(sources.length).toBeGreaterThan(6)
  expect([...new Set(sources)].sort()).toEqual(letIn.sort())
  for (const name of sources) expect(existsSync(join(root, name)), name).toBe(true)
})
