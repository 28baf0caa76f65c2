import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { z } from 'zod'
import { lineOf, rowOf, type Sum, tally } from './checksum.ts'
import type { Progress } from './fill.ts'
import { Refused } from './place.ts'
import { atOnce, type Row } from './rows.ts'
import type { Table } from './tables.ts'

/**
 * A dump is gzip'd JSON, a line each: a header; for each table a line that names it and its rows, values in the order of
 * the header's columns; at the end a checksum for each table. It is the same for both databases.
 */
const formatNow = 1

const sizes = z.record(z.string(), z.object({ rows: z.int().min(0), checksum: z.string() }))
const shape = {
  header: z.object({
    freehold: z.literal('backup'),
    format: z.int(),
    /** Freehold's version. */
    version: z.string(),
    /** How many steps of the schema the tables have gone. */
    level: z.int().min(1),
    /** The moment it is of (ms). */
    at: z.int(),
    kind: z.enum(['sqlite', 'postgres']),
    tables: z.array(
      z.object({
        name: z.string(),
        rows: z.int().min(0),
        columns: z.array(z.object({ name: z.string(), type: z.enum(['text', 'integer', 'real']) })),
      }),
    ),
  }),
  table: z.object({ table: z.string() }),
  end: z.object({ end: sizes }),
}

export type Header = z.infer<typeof shape.header>
export type Batch = { table: Table; rows: Row[] }

/** Writes a dump to `to` and ends it. Returns what each table came to. */
export async function writeDump(
  header: Omit<Header, 'freehold' | 'format'>,
  rowsOf: (table: Table) => AsyncIterable<Row[]>,
  to: NodeJS.WritableStream,
  progress?: Progress,
): Promise<Map<string, Sum>> {
  const sums = new Map<string, Sum>()
  const total = header.tables.reduce((sum, { rows }) => sum + rows, 0)
  let done = 0
  async function* lines() {
    yield line({ freehold: 'backup', format: formatNow, ...header })
    for (const table of header.tables) {
      yield line({ table: table.name })
      const sum = tally()
      for await (const rows of rowsOf(table)) {
        const said = rows.map(lineOf)
        for (const one of said) sum.add(one)
        yield `${said.join('\n')}\n`
        done += rows.length
        progress?.(done, total, table.name)
      }
      sums.set(table.name, sum.sum())
    }
    yield line({ end: Object.fromEntries(sums) })
  }
  // A line for many rows may be a megabyte; sixteen of them would wait by default.
  await pipeline(Readable.from(lines(), { highWaterMark: 1 }), createGzip(), to)
  return sums
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`
}

/** The header of a dump. Throws Refused when the file is none, or of a format that this version does not read. */
export async function headerOf(file: string): Promise<Header> {
  for await (const text of linesOf(file)) return readHeader(text, file)
  throw new Refused(notOurs(file))
}

/** The rows of a dump as they stand in the file. Throws Refused as soon as anything is not as it was written. */
export async function* batchesOf(file: string): AsyncGenerator<Batch> {
  const lines = linesOf(file)
  try {
    yield* readBatches(lines, file)
  } finally {
    await lines.return(undefined)
  }
}

async function* readBatches(lines: AsyncGenerator<string, undefined>, file: string): AsyncGenerator<Batch> {
  const next = async () => (await lines.next()).value
  const header = readHeader((await next()) ?? '', file)
  const sums = new Map<string, Sum>()
  let text = await next()
  for (const table of header.tables) {
    if (read(shape.table, text)?.table !== table.name) throw new Refused(damaged(file))
    const sum = tally()
    let rows: Row[] = []
    for (text = await next(); text?.startsWith('['); text = await next()) {
      const row = rowOf(text, table.columns)
      if (!row) throw new Refused(damaged(file))
      sum.add(text)
      rows.push(row)
      if (rows.length < atOnce) continue
      yield { table, rows }
      rows = []
    }
    if (rows.length > 0) yield { table, rows }
    sums.set(table.name, sum.sum())
    if (sum.sum().rows !== table.rows) throw new Refused(damaged(file))
  }
  const end = read(shape.end, text)?.end ?? {}
  const equal = header.tables.every(({ name }) => end[name]?.checksum === sums.get(name)!.checksum)
  if (!equal || (await next()) !== undefined) throw new Refused(damaged(file))
}

/** Reads a dump to its end. Returns what each table comes to. Throws Refused when it is not whole. */
export async function checkDump(file: string, progress?: Progress): Promise<Map<string, Sum>> {
  const header = await headerOf(file)
  const total = header.tables.reduce((sum, { rows }) => sum + rows, 0)
  const sums = new Map(header.tables.map(({ name }) => [name, tally()]))
  let done = 0
  for await (const { table, rows } of batchesOf(file)) {
    for (const row of rows) sums.get(table.name)!.add(lineOf(row))
    done += rows.length
    progress?.(done, total, table.name)
  }
  return new Map([...sums].map(([name, sum]) => [name, sum.sum()]))
}

function readHeader(text: string, file: string): Header {
  const format = read(z.object({ freehold: z.literal('backup'), format: z.number() }), text)?.format
  if (format === undefined) throw new Refused(notOurs(file))
  if (format > formatNow) {
    throw new Refused(
      `${file} was made by a newer version of Freehold, whose backups this one does not read; update it.`,
    )
  }
  const header = read(shape.header, text)
  if (!header) throw new Refused(damaged(file))
  return header
}

function read<T>(as: z.ZodType<T>, text: string | undefined): T | null {
  try {
    return as.safeParse(JSON.parse(text ?? '')).data ?? null
  } catch {
    return null
  }
}

/** The lines of a gzip'd file. (node:readline would also part lines at U+2028, which JSON leaves as it is.) */
async function* linesOf(file: string): AsyncGenerator<string, undefined> {
  const source = createReadStream(file)
  const plain = createGunzip()
  // `pipeline` would need an end to write to; the two are taken down together at the end.
  source.on('error', (error) => plain.destroy(error))
  source.pipe(plain)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let started = false
  let rest: string[] = []
  try {
    for await (const chunk of plain) {
      const [first, ...more] = decoder.decode(chunk as Buffer, { stream: true }).split('\n')
      rest.push(first!)
      for (const part of more) {
        started = true
        yield rest.join('')
        rest = [part]
      }
    }
    if (rest.join('') !== '') throw new Refused(damaged(file))
  } catch (error) {
    throw explained(error, file, started)
  } finally {
    source.destroy()
    plain.destroy()
  }
}

function explained(error: unknown, file: string, started: boolean): unknown {
  if (error instanceof Refused) return error
  const { code } = error as { code?: string }
  if (code === 'ENOENT') return new Refused(`There is no file ${file}.`)
  if (code?.startsWith('E') && !code.startsWith('ERR_'))
    return new Refused(`${file} can't be read (${code}).`)
  if (code === 'Z_BUF_ERROR')
    return new Refused(`${file} is cut off: its end is missing. Use another backup.`)
  const isGzip = code?.startsWith('Z_') && (error as Error).message !== 'incorrect header check'
  return new Refused(started || isGzip ? damaged(file) : notOurs(file))
}

function damaged(file: string): string {
  return `${file} is damaged: it does not hold what was written to it. Use another backup.`
}

function notOurs(file: string): string {
  return `${file} is no backup that freehold backup made, or is damaged at its beginning.`
}
