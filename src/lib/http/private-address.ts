import { BlockList, isIPv4 } from 'node:net'

/** IPv4 that is not the public internet (IANA special-purpose registry). */
const special4: [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/** The parts of 2000::/3, the only public IPv6, that are not public after all. */
const special6: [string, number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const blocked = new BlockList()
for (const [net, prefix] of special4) blocked.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of special6) blocked.addSubnet(net, prefix, 'ipv6')

const public6 = new BlockList()
public6.addSubnet('2000::', 3, 'ipv6')

/**
 * True for an address outside the public internet: loopback, private, link-local, carrier NAT, multicast, reserved,
 * documentation, tunnels. IPv4 inside IPv6 (mapped, NAT64) is judged by the IPv4. Anything that is no IP address is
 * refused too.
 */
export function isPrivateAddress(address: string): boolean {
  if (isIPv4(address)) return blocked.check(address, 'ipv4')
  const groups = groupsOf(address)
  if (!groups) return true
  const embedded = embedded4(groups)
  if (embedded) return blocked.check(embedded, 'ipv4')
  const canonical = groups.map((group) => group.toString(16)).join(':')
  return !public6.check(canonical, 'ipv6') || blocked.check(canonical, 'ipv6')
}

/** The eight 16-bit groups of an IPv6 address; null when it is none. */
function groupsOf(address: string): number[] | null {
  // The URL parser knows every notation of IPv6, and gives one.
  const host = URL.parse(`http://[${address}]/`)?.hostname.slice(1, -1)
  if (!host) return null
  const [left = '', right] = host.split('::')
  const before = left ? left.split(':') : []
  const after = right ? right.split(':') : []
  const zeros = right === undefined ? [] : Array<string>(8 - before.length - after.length).fill('0')
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16))
}

/** The IPv4 inside ::ffff:0:0/96 (mapped) or 64:ff9b::/96 (NAT64, what DNS64 answers with for public hosts). */
function embedded4(groups: number[]): string | null {
  const prefix = groups.slice(0, 6).join(':')
  if (prefix !== '0:0:0:0:0:65535' && prefix !== '100:65435:0:0:0:0') return null
  const [high, low] = [groups[6]!, groups[7]!]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
