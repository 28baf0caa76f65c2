// copy.ts FROM TO: copies a database, says so when half of it is written, and goes on when it hears something.
import { readSync, writeSync } from 'node:fs'
import { copyDatabase, placeOf } from '../../../src/store/index.ts'

const [from, to] = process.argv.slice(2).map((url) => placeOf(url)!)
// Not parent.ts: it would read what is waited for below.
const say = (line: string) => writeSync(1, `${line}\n`)
let said = false
await copyDatabase(from!, to!, {
  replace: false,
  live: false,
  now: Date.now,
  progress(done, total) {
    if (said || done < total / 2) return
    said = true
    say('half')
    // Blocks, so that nothing goes on behind its back.
    readSync(0, Buffer.alloc(8))
  },
})
say('done')
