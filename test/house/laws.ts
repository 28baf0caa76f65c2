import { isBuiltin } from 'node:module'
import { posix } from 'node:path'

/** Source files by their path below `src/`. */
export type Files = Map<string, string>

/** Rooms of floor 1: they know `model` and `lib`, and not each other. */
const islands = ['wiki', 'feeds', 'ingest', 'classify', 'ask', 'digest', 'render', 'deliver', 'store']
/** What a room may import besides itself. */
const mayImport: Record<string, string[]> = {
  model: [],
  ...Object.fromEntries(islands.map((room) => [room, ['model', 'lib']])),
  store: ['model'],
  jobs: ['model', 'lib', ...islands],
  web: ['model', 'lib', 'jobs', ...islands.filter((room) => room !== 'ingest' && room !== 'deliver')],
  bot: ['model', 'lib', 'jobs', ...islands.filter((room) => room !== 'ingest' && room !== 'deliver')],
  cli: ['model', 'lib', 'jobs', 'web', 'bot', 'config', ...islands],
  config: ['model', 'lib'],
  main: ['cli'],
}

/** Who may import an outside package; what is not listed has no owner yet. */
const owners: Record<string, string[]> = {
  kysely: ['store'],
  pg: ['store'],
  'node:sqlite': ['store'],
  'rss-parser': ['ingest'],
  feedsmith: ['ingest', 'feeds'],
  handlebars: ['render'],
  juice: ['render'],
  nodemailer: ['deliver'],
  mailparser: ['deliver'],
  '@discordjs/rest': ['deliver'],
  'discord-api-types': ['deliver'],
  'discord.js': ['bot'],
  hono: ['web'],
  '@hono/node-server': ['web'],
  tldts: ['lib'],
  undici: ['lib'],
  'node-cron': ['lib'],
  croner: ['lib'],
  yaml: ['lib'],
  'markdown-it': ['lib'],
  htmlparser2: ['lib'],
  eld: ['lib'],
  pino: ['cli'],
  commander: ['cli'],
}
const anybodys = ['zod']

/** Built-in modules through which a pure room would touch the world. */
const pureRooms: Record<string, string[]> = { model: ['node:crypto'], digest: [] }

const readsEnvironment = ['main', 'cli', 'config']
const longest = 400

const importPatterns = [
  /^\s*(?:import|export)\s+(?:type\s+)?[\w\s{},*$]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /\bimport(?:\.meta\.resolve)?\(\s*['"]([^'"]+)['"]/g,
  /\brequire\(\s*['"]([^'"]+)['"]/g,
  /\bnew URL\(\s*['"](\.[^'"]+)['"]\s*,\s*import\.meta\.url/g,
]

/** What a source file imports, types included, in the order in which it does. */
export function importsOf(source: string): string[] {
  const found = importPatterns.flatMap((pattern) => [...source.matchAll(pattern)])
  return [...new Set(found.sort((a, b) => a.index - b.index).map((match) => match[1]!))]
}

/** Every breach of the laws of the house, a sentence each that begins with the file. */
export function breaches(files: Files): string[] {
  const graph = new Map([...files].map(([file, source]) => [file, importsOf(source)]))
  const all: string[] = []
  for (const [file, source] of files) {
    const lines = source.split('\n').length - 1
    if (lines >= longest) all.push(`${file} has ${lines} lines; files stay under ${longest}`)
    if (!readsEnvironment.includes(roomOf(file)) && readsEnv(source)) {
      all.push(`${file} reads the environment; only main.ts, cli/ and config.ts do`)
    }
    for (const specifier of graph.get(file)!) {
      const breach = specifier.startsWith('.')
        ? insideBreach(file, specifier)
        : outsideBreach(file, specifier)
      if (breach) all.push(`${file} ${breach}`)
    }
  }
  for (const cycle of cyclesOf(graph))
    all.push(`${cycle[0]} imports itself: ${[...cycle, cycle[0]].join(' → ')}`)
  return all
}

/** `lib/text/html.ts` → `lib`; `main.ts` → `main`. */
function roomOf(file: string): string {
  return file.includes('/') ? file.split('/')[0]! : file.replace(/\.ts$/, '')
}

/** What is entered as a whole: a room, a room of `lib`, or a file that lies in neither. */
function unitOf(file: string): string {
  const parts = file.split('/')
  return parts.slice(0, parts[0] === 'lib' ? 2 : 1).join('/')
}

function readsEnv(source: string): boolean {
  return (
    /\bprocess\s*(?:\.\s*env\b|\[)/.test(source) || /\benv\b[^;'"]*from\s*['"]node:process['"]/.test(source)
  )
}

function insideBreach(file: string, specifier: string): string | null {
  const target = resolve(file, specifier)
  if (target.startsWith('..')) return `imports ${specifier}, which lies outside src`
  const [from, to] = [unitOf(file), unitOf(target)]
  if (from === to) return null
  const [fromRoom, toRoom] = [roomOf(file), roomOf(target)]
  const allowed = mayImport[fromRoom]
  // lib is no exception: its rooms know nothing, not even each other.
  if (fromRoom === 'lib') return `imports ${target}; rooms of lib import nothing of ours`
  if (!allowed) return `lies in ${fromRoom}, which is no room of the plan`
  if (!allowed.includes(toRoom)) return `imports ${target}; ${fromRoom} must not know ${toRoom}`
  if (target !== to && target !== `${to}/index.ts`)
    return `imports ${target}; ${to} is entered by its index.ts`
  return null
}

function outsideBreach(file: string, specifier: string): string | null {
  const room = roomOf(file)
  const name = packageOf(specifier)
  const pure = pureRooms[room]
  if (isBuiltin(specifier) && !(name in owners)) {
    return pure && !pure.includes(specifier) ? `imports ${specifier}; ${room} is pure` : null
  }
  if (anybodys.includes(name)) return null
  const owner = owners[name]
  if (!owner) return `imports ${name}, which has no owner; give it one in house.test.ts and house.md`
  return owner.includes(room) ? null : `imports ${name}, which belongs to ${owner.join(' and ')}`
}

/** `@discordjs/rest/x` → `@discordjs/rest`; `eld/extrasmall` → `eld`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function resolve(file: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(file), specifier))
}

/** One cycle of files for each way back to a file that is still being followed. */
function cyclesOf(graph: Map<string, string[]>): string[][] {
  const done = new Set<string>()
  const path: string[] = []
  const cycles: string[][] = []
  const follow = (file: string) => {
    if (done.has(file) || !graph.has(file)) return
    const at = path.indexOf(file)
    if (at >= 0) {
      cycles.push(path.slice(at))
      return
    }
    path.push(file)
    for (const specifier of graph.get(file)!) if (specifier.startsWith('.')) follow(resolve(file, specifier))
    path.pop()
    done.add(file)
  }
  for (const file of graph.keys()) follow(file)
  return cycles
}
