// command-runner.ts CHECKOUT: runs command lines of that checkout one after the other in one process, as they are sent to it,
// each with the settings and the input that come with it. What a command costs most is the start of a process.
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'

export interface Asked {
  args: string[]
  env: Record<string, string>
  stdin: string
  cwd: string
}

const main = pathToFileURL(join(process.argv[2]!, 'src', 'cli', 'index.ts')).href
const { run } = (await import(main)) as { run: (argv: string[]) => Promise<number> }
// Each command listens once for a reader that has gone.
process.stdout.setMaxListeners(0)

async function carryOut({ args, env, stdin, cwd }: Asked): Promise<void> {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name]
  Object.assign(process.env, env)
  Object.defineProperty(process, 'stdin', { configurable: true, value: Readable.from([Buffer.from(stdin)]) })
  process.chdir(cwd)
  process.exitCode = undefined
  const code = await run([process.execPath, 'freehold', ...args])
  process.send?.({ code })
}

process.on('message', (asked: Asked) => void carryOut(asked))
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
