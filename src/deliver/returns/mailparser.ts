import { createRequire } from 'node:module'
import type * as Mailparser from 'mailparser'

const require = createRequire(import.meta.url)

/** Its hundred files take 0.1 s to load, which is time enough when the first message has come back. */
export function mailparser(): typeof Mailparser {
  return require('mailparser')
}
