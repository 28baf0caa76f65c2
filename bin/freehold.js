#!/usr/bin/env node
// Plain JavaScript, since this file may be run by a Node too old for the rest: it hands over to the Node 24 that the
// project installs, and passes signals on.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const bundled = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))
const recent = Number(process.versions.node.split('.')[0]) >= 24
const node = recent ? process.execPath : bundled

if (!existsSync(fileURLToPath(new URL('../node_modules', import.meta.url))) || !existsSync(node)) {
  process.stderr.write('freehold: its packages are not installed yet; run `npm ci` in the checkout first.\n')
  process.exit(1)
}

// What Node makes of the sources is kept beside the packages: half a second less at each command, and less memory.
const cache = fileURLToPath(new URL('../node_modules/.cache/node', import.meta.url))
// For what runs for weeks, one arena and small nurseries: a third less memory for a twentieth of the speed. What is large and
// freed goes back to the system at once; else the C library would come to keep it. A command is over before its first nursery
// is full, and saves the time to clean it up.
const malloc = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' }
const env = { NODE_COMPILE_CACHE: cache, ...malloc, ...process.env }
const args = process.argv.slice(2)
const nursery =
  args[0] === 'start' ? ['--max-semi-space-size=8'] : ['--min-semi-space-size=64', '--max-semi-space-size=64']
const child = spawn(node, [...nursery, main, ...args], {
  stdio: 'inherit',
  env,
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
// npx keeps a signal to itself and ends; that its process is gone is all we see of it.
const parent = process.ppid
if (process.env.npm_command === 'exec') {
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    // Once: a second signal would not let it finish what is under way.
    clearInterval(watch)
    child.kill('SIGTERM')
  }, 500)
  watch.unref()
}
child.on('exit', (code, signal) => {
  if (signal) {
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  } else process.exit(code ?? 1)
})
