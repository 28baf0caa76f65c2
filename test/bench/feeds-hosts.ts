/** Feeds that are measured, and others that are read before, since a service is not always just started. */
export const [measured, warming] = [1000, 300]

/** The address on which the bench's feed `n` lives, from 127.0.1.1 on. */
export function feedHost(n: number): string {
  return `127.0.${1 + Math.floor(n / 250)}.${1 + (n % 250)}`
}

/** Which feed lives on an address. */
export function feedNumber(address: string): number {
  const [, , third = 0, fourth = 0] = address.replace('::ffff:', '').split('.').map(Number)
  return (third - 1) * 250 + fourth - 1
}
