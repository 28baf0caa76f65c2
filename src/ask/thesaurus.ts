import { rootOf } from './words.ts'

/** Words that may stand for each other in questions about this wiki's subject; word vectors alone miss many of them. */
const groups = `
price fee charge cost rent expensive costly dear pricing tariff
cheap affordable inexpensive low-cost budget
punishment punish sanction penalty
monopoly oligopoly concentration concentrated consolidation consolidate dominance few
proprietary closed commercial
provider vendor supplier landlord
leave switch exit migrate move quit depart
company firm business corporation enterprise
law regulation rule legislation legal statute rights
grant funding fund money subsidy finance investment invest capital
government state public authority
danger risk harm unsafe dangerous hazard threat misuse
maker developer lab creator vendor
stable stability sustainable durable certain uncertain lasting
campaign fight defeat oppose resist stop
building house construction
automatic automatically itself themselves natural spontaneous
download fetch obtain
drawback disadvantage criticism critique objection weakness limit
transition shift change turn become
outdated obsolete behind old ageing
computer supercomputer machine cluster hardware server
chip gpu card processor accelerator
merger takeover acquisition buyout stake
maintainer maintain upkeep care steward
own owner ownership property belong
scientist scholar academic economist researcher
city urban town
tenant customer client user
variety diversity mixture pluralism
openness open
transparency inspect examine audit look
licence lease permit permission
dataset data corpus
narrow shrink close
widen grow increase
volunteer peer contributor
captive captivity dependent dependence dependency trapped locked
afford bear pay
distance gap lag
withhold keep hold
`

const kinOf = new Map<string, Set<string>>()
for (const line of groups.trim().split('\n')) {
  const roots = line.split(' ').map(rootOf)
  for (const root of roots) kinOf.set(root, new Set([...(kinOf.get(root) ?? []), ...roots]))
}

/** Roots that may stand for a root, itself left out. */
export function synonymsOf(root: string): string[] {
  return [...(kinOf.get(root) ?? [])].filter((other) => other !== root)
}
