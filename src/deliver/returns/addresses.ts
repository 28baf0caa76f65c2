import { normalEmail } from '../../model/index.ts'
import { allValues, distinct, type Field } from './fields.ts'
import { mailparser } from './mailparser.ts'

const mostAddresses = 100
/** Longer lists are cut: their parsing takes more than its share of time. */
const longestList = 20_000

/** The addresses in the value of a header, bare and lower-case. */
export function addressesIn(value: string): string[] {
  const { value: parsed } = mailparser().parseAddressHeader(value.slice(0, longestList), {
    flatten: true,
    decodePunycode: false,
  })
  return distinct(parsed.slice(0, mostAddresses).map(({ address }) => normalEmail(address ?? '')))
}

/** Whom a message was sent to: by its own words first, then by those of the servers on its way. */
export function sentTo(headers: Field[]): string[] {
  const names = ['to', 'delivered-to', 'x-original-to', 'envelope-to']
  return distinct(names.flatMap((name) => allValues(headers, name).slice(0, 20)).flatMap(addressesIn)).slice(
    0,
    mostAddresses,
  )
}
