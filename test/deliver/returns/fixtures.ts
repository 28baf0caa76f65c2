import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Return, readReturn } from '../../../src/deliver/returns/index.ts'

const folder = join(import.meta.dirname, '..', '..', 'fixtures', 'returns')

/** Names of the mails in `test/fixtures/returns`, without `.eml`. */
export const fixtures = readdirSync(folder).map((file) => file.replace(/\.eml$/, ''))

export function fixture(name: string): Buffer {
  return readFileSync(join(folder, `${name}.eml`))
}

export function readFixture(name: string): Promise<Return> {
  return readReturn(fixture(name))
}

/** The address that bounces of a message go to, as the fixtures have it. */
export function bounceAddress(id: string): string {
  return `bounce-${id}-5f0c9a3be1d24478aa10@news.freehold.example`
}

/** A mail of header lines and a body. */
export function mailOf(headers: string[], body: string): Buffer {
  return Buffer.from(`${headers.join('\r\n')}\r\n\r\n${body}`)
}
