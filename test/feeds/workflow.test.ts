import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseDocument } from 'yaml'
import { addFeeds } from '../../src/cli/feeds.ts'

interface Step {
  name?: string
  uses?: string
  run?: string
  env?: Record<string, string>
  with?: Record<string, unknown>
}
interface Job {
  if: string
  permissions: Record<string, string>
  steps: Step[]
}

const file = join(import.meta.dirname, '..', '..', '.github', 'workflows', 'feeds.yml')
const document = parseDocument(readFileSync(file, 'utf8'))
const workflow = document.toJS() as {
  on: { pull_request: { paths: string[] }; schedule: { cron: string }[] }
  permissions: object
  jobs: Record<'changes' | 'every-feed', Job>
}
const jobs = Object.values(workflow.jobs)
const scripts = jobs.flatMap(({ steps }) => steps).flatMap(({ run }) => run ?? [])

/** The command that words lead to, and what is left of them. */
function commandOf(words: string[]): { command: Command; rest: string[] } {
  const program = new Command('freehold')
  addFeeds(program)
  let command = program
  let rest = words
  for (;;) {
    const next = command.commands.find((one) => one.name() === rest[0])
    if (!next) return { command, rest }
    command = next
    rest = rest.slice(1)
  }
}

describe('the workflow', () => {
  test('is YAML that says when, and gives no right that is not needed', () => {
    expect(document.errors).toEqual([])
    expect(workflow.on.pull_request.paths).toEqual(['feeds/**'])
    expect(workflow.on.schedule).toHaveLength(1)
    expect(workflow.on.schedule[0]!.cron).toMatch(/^\d+ \d+ \* \* [1-5]$/)
    expect(workflow.permissions).toEqual({})
    expect(workflow.jobs.changes.permissions).toEqual({ contents: 'read' })
    expect(workflow.jobs['every-feed'].permissions).toEqual({ contents: 'read', issues: 'write' })
  })

  test('uses nothing of third parties, and leaves no token in the checkout', () => {
    const used = jobs.flatMap(({ steps }) => steps).filter(({ uses }) => uses !== undefined)
    for (const { uses, with: settings } of used) {
      expect(uses).toMatch(/^actions\/(checkout|setup-node)@v\d+$/)
      if (uses?.startsWith('actions/checkout'))
        expect(settings).toMatchObject({ 'persist-credentials': false })
    }
    // What others may choose comes in by the environment and never as part of a script.
    for (const script of scripts) expect(script).not.toContain('${{')
  })

  test('knows the commands it runs, with their options', () => {
    const lines = scripts.flatMap((script) => [...script.matchAll(/npx freehold ([^|>&;\n]*)/g)])
    expect(lines).toHaveLength(3)
    for (const [, line] of lines) {
      const { command, rest } = commandOf(line!.trim().split(/\s+/))
      expect(command.name(), line).toBe('check')
      const flags = rest.filter((word) => word.startsWith('--'))
      const known = command.options.map(({ long }) => long)
      for (const flag of flags) expect(known, line).toContain(flag)
    }
  })
})

describe('the step that keeps one issue', () => {
  const script = workflow.jobs['every-feed'].steps.at(-1)!.run!

  /** Runs it where `gh` writes down how it is called and answers that these issues are open. */
  function keep(code: number, open: string): string[] {
    const dir = mkdtempSync(join(tmpdir(), 'freehold-workflow-'))
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
    const calls = join(dir, 'calls')
    const gh = `#!/bin/sh\nif [ "$2" = list ]; then printf '%s' "$OPEN"; else printf '%s\\n' "$*" >>"${calls}"; fi\n`
    writeFileSync(join(dir, 'gh'), gh)
    chmodSync(join(dir, 'gh'), 0o755)
    writeFileSync(join(dir, 'report.md'), `**1 feed looked at.**${'x'.repeat(70_000)}`)
    const env = {
      PATH: `${dir}:${process.env.PATH}`,
      OPEN: open,
      CODE: String(code),
      RUN: 'https://run.example/1',
    }
    // As GitHub runs it.
    execFileSync('bash', ['--norc', '-e', '-o', 'pipefail', '-c', script], { cwd: dir, env })
    const body = join(dir, 'body.md')
    if (existsSync(body)) {
      expect(readFileSync(body, 'utf8')).toMatch(/^\*\*1 feed.*Found by https:\/\/run\.example\/1\n$/s)
      expect(readFileSync(body, 'utf8').length).toBeLessThan(65_536)
    }
    return existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []
  }

  test.each<[string, number, string, string[]]>([
    [
      'opens it',
      1,
      '',
      ['label create feed-check', 'issue create --title Feeds that need a hand --label feed-check'],
    ],
    ['renews it', 1, '7', ['issue edit 7 --body-file body.md']],
    ['closes it when all is well', 0, '7', ['issue close 7 --comment All feeds are in order now']],
    ['does nothing when all is well and none is open', 0, '', []],
  ])('%s', (_, code, open, expected) => {
    const calls = keep(code, open)
    expect(calls).toHaveLength(expected.length)
    for (const [i, call] of expected.entries()) expect(calls[i]).toContain(call)
  })
})
