import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { HeaviestFirst } from './test/heaviest-first.ts'
import { sharedCompilation } from './test/service/checkout.ts'

// For the processes in which tests run, and their threads.
Object.assign(process.env, sharedCompilation())

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/service/model.ts'],
    setupFiles: ['test/property-seed.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // V8 can end a process in which PGlite's WebAssembly comes and goes, where the processor has these keys: nodejs/node#64500.
    execArgv: ['--no-memory-protection-keys'],
    // Files share a process, and so what it has loaded; whatever a file changes for all it must put back.
    isolate: false,
    // Two more than there are cores: much of the time tests wait, for processes, sockets and leases.
    maxWorkers: availableParallelism() + 2,
    sequence: { sequencer: HeaviestFirst },
  },
})
