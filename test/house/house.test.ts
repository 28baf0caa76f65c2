import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { breaches, type Files, importsOf } from './laws.ts'

const src = join(import.meta.dirname, '..', '..', 'src')
const sources: Files = new Map(
  readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => [name.replaceAll('\\', '/'), readFileSync(join(src, name), 'utf8')]),
)

describe('the house', () => {
  test('keeps its laws', () => {
    expect(breaches(sources)).toEqual([])
  })

  test('was looked at: files, imports within and imports of packages are seen', () => {
    expect(sources.size).toBeGreaterThan(80)
    expect(importsOf(sources.get('store/index.ts')!)).toContain('kysely')
    expect(importsOf(sources.get('jobs/due.ts')!)).toEqual(['../lib/schedule/index.ts', '../model/index.ts'])
    for (const room of ['model', 'wiki', 'feeds', 'classify', 'digest', 'jobs']) {
      expect(sources.has(`${room}/index.ts`), room).toBe(true)
    }
  })

  test('was read rightly: what ends a line as an import does is seen as one', () => {
    const ends = (source: string) => [...source.matchAll(/ from '([^'\n]+)'$/gm)].map((match) => match[1]!)
    let seen = 0
    for (const [file, source] of sources) {
      expect(importsOf(source), file).toEqual(expect.arrayContaining(ends(source)))
      seen += ends(source).length
    }
    expect(seen).toBeGreaterThan(200)
  })
})

describe('an import is seen', () => {
  test.each([
    ["import { a } from './a.ts'", './a.ts'],
    ["import type { A } from './a.ts'", './a.ts'],
    ["import {\n  type A,\n  b as c,\n} from './a.ts'", './a.ts'],
    ["import a, * as b from './a.ts'", './a.ts'],
    ['import a from "./a.ts"', './a.ts'],
    ["import './a.ts'", './a.ts'],
    ["export * from './a.ts'", './a.ts'],
    ["export { type A } from './a.ts'", './a.ts'],
    ["const a = await import('./a.ts')", './a.ts'],
    ["let a: typeof import('./a.ts').a", './a.ts'],
    ["new Worker(new URL('./a.ts', import.meta.url))", './a.ts'],
    ["createRequire(import.meta.url)('x'); import.meta.resolve('eld/extrasmall')", 'eld/extrasmall'],
  ])('in %s', (source, specifier) => {
    expect(importsOf(source)).toEqual([specifier])
  })

  test('and prose is not', () => {
    expect(
      importsOf("// imports come from './a.ts'\nexport const a = 'from'\nconst b = Array.from('./c.ts')\n"),
    ).toEqual([])
  })
})

describe('a breach is found:', () => {
  const found = (files: Record<string, string>) => breaches(new Map(Object.entries(files)))

  test.each([
    ['model knows lib', 'model/a.ts', "import { a } from '../lib/text/index.ts'", 'model must not know lib'],
    ['model reads files', 'model/a.ts', "import { readFile } from 'node:fs'", 'model is pure'],
    [
      'lib knows model',
      'lib/text/a.ts',
      "import type { A } from '../../model/index.ts'",
      'rooms of lib import nothing of ours',
    ],
    [
      'a room of lib knows another',
      'lib/llm/a.ts',
      "import { a } from '../http/index.ts'",
      'rooms of lib import nothing of ours',
    ],
    [
      'a file of lib knows another',
      'lib/sign.ts',
      "import { a } from './text/index.ts'",
      'rooms of lib import nothing of ours',
    ],
    [
      'an island knows another',
      'wiki/a.ts',
      "import type { A } from '../feeds/index.ts'",
      'wiki must not know feeds',
    ],
    [
      'classify knows the store',
      'classify/a.ts',
      "import { a } from '../store/index.ts'",
      'classify must not know store',
    ],
    [
      'the store knows lib',
      'store/a.ts',
      "import { a } from '../lib/text/index.ts'",
      'store must not know lib',
    ],
    [
      'an island looks up',
      'deliver/a.ts',
      "import { a } from '../jobs/index.ts'",
      'deliver must not know jobs',
    ],
    ['jobs know a door', 'jobs/a.ts', "import { a } from '../web/index.ts'", 'jobs must not know web'],
    ['a door knows the other', 'web/a.ts', "import { a } from '../bot/index.ts'", 'web must not know bot'],
    [
      'a door goes round jobs',
      'bot/a.ts',
      "import { a } from '../deliver/index.ts'",
      'bot must not know deliver',
    ],
    [
      'a room knows the configuration',
      'render/a.ts',
      "import { a } from '../config.ts'",
      'render must not know config',
    ],
    ['main goes past cli', 'main.ts', "import { a } from './jobs/index.ts'", 'main must not know jobs'],
    [
      'a folder that is not planned',
      'utils/a.ts',
      "import { a } from '../model/index.ts'",
      'utils, which is no room',
    ],
    ['something outside', 'wiki/a.ts', "import { a } from '../../test/a.ts'", 'outside src'],
    [
      'a room entered through the wall',
      'jobs/a.ts',
      "import { a } from '../store/items.ts'",
      'store is entered by its index.ts',
    ],
    [
      'lib entered through the wall',
      'feeds/a.ts',
      "import { a } from '../lib/text/yaml.ts'",
      'lib/text is entered by its index.ts',
    ],
    [
      'a type through the wall',
      'web/a.ts',
      "let a: import('../store/items.ts').A",
      'store is entered by its index.ts',
    ],
    ['SQL outside the store', 'jobs/a.ts', "import { sql } from 'kysely'", 'kysely, which belongs to store'],
    [
      'SQLite outside the store',
      'cli/a.ts',
      "import { DatabaseSync } from 'node:sqlite'",
      'node:sqlite, which belongs to store',
    ],
    ['YAML outside lib', 'wiki/a.ts', "import { parse } from 'yaml'", 'yaml, which belongs to lib'],
    ['a subpath of a package', 'cli/a.ts', "import 'hono/csrf'", 'hono, which belongs to web'],
    [
      'a package with a scope',
      'bot/a.ts',
      "import { REST } from '@discordjs/rest'",
      '@discordjs/rest, which belongs to deliver',
    ],
    ['a package without an owner', 'lib/text/a.ts', "import _ from 'lodash'", 'lodash, which has no owner'],
    ['I/O in the digest', 'digest/a.ts', "import { readFile } from 'node:fs/promises'", 'digest is pure'],
    ['the environment in a room', 'web/a.ts', 'const port = process.env.PORT', 'reads the environment'],
    ['the environment by brackets', 'web/a.ts', "const port = process['env'].PORT", 'reads the environment'],
    ['the environment by import', 'web/a.ts', "import { env } from 'node:process'", 'reads the environment'],
    ['a long file', 'wiki/a.ts', 'a\n'.repeat(400), 'has 400 lines'],
  ])('%s', (_, file, source, what) => {
    const said = found({ [file]: source })
    expect(said).toHaveLength(1)
    expect(said[0]).toContain(`${file} `)
    expect(said[0]).toContain(what)
  })

  test('a cycle, of types too, once', () => {
    const files = {
      'wiki/a.ts': "import { b } from './b.ts'",
      'wiki/b.ts': "import type { C } from './c.ts'",
      'wiki/c.ts': "export * from './a.ts'",
      'wiki/index.ts': "export * from './a.ts'",
    }
    expect(found(files)).toEqual(['wiki/a.ts imports itself: wiki/a.ts → wiki/b.ts → wiki/c.ts → wiki/a.ts'])
  })

  test('a file that imports its own door', () => {
    expect(
      found({ 'wiki/a.ts': "import { b } from './index.ts'", 'wiki/index.ts': "export * from './a.ts'" }),
    ).toHaveLength(1)
  })
})

test('what the plan allows is let pass', () => {
  const files = {
    'main.ts': "import { run } from './cli/index.ts'\nprocess.exitCode = await run(process.argv)",
    'config.ts': "import { a } from './lib/schedule/index.ts'\nconst a = process.env.PORT",
    'cli/index.ts':
      "import 'commander'\nimport '../config.ts'\nimport '../jobs/index.ts'\nimport '../bot/index.ts'",
    'jobs/index.ts': "import '../store/index.ts'\nimport '../ingest/index.ts'\nimport './due.ts'",
    'jobs/due.ts': "import '../lib/schedule/index.ts'\nimport 'node:fs'",
    'web/index.ts':
      "import 'hono/csrf'\nimport '../store/index.ts'\nimport '../jobs/index.ts'\nimport './pages/home.ts'",
    'web/pages/home.ts': "import '../../render/index.ts'\nimport '../links.ts'",
    'web/links.ts': "import '../lib/sign.ts'",
    'lib/sign.ts': "import 'node:crypto'",
    'feeds/index.ts': "import 'zod'\nimport 'feedsmith'\nimport '../model/index.ts'",
    'model/item.ts': "import 'node:crypto'",
    'wiki/long.ts': 'a\n'.repeat(399),
  }
  expect(breaches(new Map(Object.entries(files)))).toEqual([])
})
