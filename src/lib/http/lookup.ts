import { type LookupAddress, lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { IsPrivate } from './target.ts'

/** Resolves a name to all its addresses. */
export type Resolve = (host: string) => Promise<LookupAddress[]>

/** Thrown into the connection when a name leads to a private address. */
export class PrivateAddressError extends Error {
  address: string

  constructor(address: string) {
    super(`private address ${address}`)
    this.address = address
  }
}

/** The system's resolver. */
export const resolveBySystem: Resolve = (host) =>
  new Promise((resolve, reject) => {
    systemLookup(host, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)))
  })

/**
 * A lookup for net.connect that gives only addresses it has checked, so that a name can't be asked twice and answer
 * differently. One private address among several refuses the name.
 */
export function checkedLookup(resolve: Resolve, isPrivate: IsPrivate): LookupFunction {
  return (host, options, callback) => {
    resolve(host).then(
      (addresses) => {
        const bad = addresses.find(({ address }) => isPrivate(address))
        const [first] = addresses
        if (bad) callback(new PrivateAddressError(bad.address), '', 0)
        else if (!first)
          callback(Object.assign(new Error(`no address for ${host}`), { code: 'ENOTFOUND' }), '', 0)
        else if (options.all) callback(null, addresses)
        else callback(null, first.address, first.family)
      },
      (error) => callback(error, '', 0),
    )
  }
}
