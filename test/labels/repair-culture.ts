import type { Direction, Example, FeedKind } from '../../src/model/index.ts'

/** An idea that the wiki does not have, and that no committed label speaks of, as a maintainer would write its page. */
export const repairPage = `---
id: repair-culture
title: What can be mended is kept
aliases: [right to repair]
related: [open-source-ai]
idea:
  order: 6
  name: Repair
  definition: >-
    Given when an item reports that the people who own a machine can or cannot mend it: spare parts, manuals, tools and
    diagnostic codes given out or held back, parts tied to one device, repair cafés and workshops opened or shut, laws
    and rulings on the right to repair, devices kept going or scrapped for want of a part.
  notWhen:
    - A service is down for a while and comes back.
    - A fault in a program is fixed.
  signals:
    about: [right to repair, repair café, repair shop, repair workshop, repairs, repaired, repairable, repairability,
      self-repair, spare part, spare parts, replacement part, replacement parts, replacement battery, service manual,
      repair manual, repair manuals, circuit diagram, schematics, diagnostic software, fault codes, parts pairing,
      authorised workshop, authorised workshops, independent garages, refurbished, refurbishers, teardown, soldering,
      screwdriver, mend, mended, warranty]
    opens: [spare parts available, publishes repair manuals, may be repaired, can be mended, can be replaced, repair bonus,
      repair café opens, hands over the schematics, kept going, bans parts pairing, replacement modules]
    closes: [voids the warranty, tied to the serial number, cannot be repaired, no spare parts, end of spare parts, glued,
      locked out, only authorised, has to be thrown away, scrapped]
    mixed: [right to repair bill, consults on repair, asks whether, inquiry into repair]
---

Old buildings stand because somebody on the street can mend a roof. A machine that only its maker can open is a machine
its owner rents.
`

type Line = [kind: FeedKind, direction: Direction, title: string, summary?: string]

/** The dozen that a maintainer writes first. */
const taught: Line[] = [
  [
    'press',
    'opens',
    'Tractor maker hands farmers its diagnostic software after five-year row',
    'Owners will be able to read fault codes and clear them in the yard. Until now a dealer had to drive out with a laptop.',
  ],
  [
    'press',
    'closes',
    'Swap the battery yourself and the scooter refuses to start',
    'A firmware check looks for a serial number that only authorised workshops can write. Riders call it parts pairing; the company calls it safety.',
  ],
  [
    'policy',
    'opens',
    'Directive on the right to repair enters into force',
    'Makers of washing machines, phones and vacuum cleaners must supply spare parts at a reasonable price for up to ten years.',
  ],
  [
    'community',
    'opens',
    'Repair café opens in the old fire station',
    'Bring a broken toaster on Saturday; eight volunteers with soldering irons will be waiting.',
  ],
  [
    'vendor',
    'closes',
    'End of spare parts for the M200 series',
    'Boards and fans can be ordered until stocks run out. After that, units that fail cannot be repaired.',
  ],
  [
    'policy',
    'mixed',
    'Senate committee hears both sides of right to repair bill',
    'Independent workshops spoke for it and appliance makers against. A vote is not expected before summer.',
  ],
  ['press', 'opens', 'Fairphone promises screwdrivers, schematics and eight years of replacement modules'],
  [
    'press',
    'closes',
    'Hospital technicians locked out of their own ventilators',
    'The service manual is now given only to clinics that hold a contract, and broken pumps pile up in the basement while they wait for an engineer.',
  ],
  [
    'research',
    'opens',
    'Why refurbished laptops last: a study of 2,000 school machines',
    'Where a technician on site could replace hinges and keyboards, machines stayed in use three years longer.',
  ],
  [
    'vendor',
    'opens',
    'We now publish repair manuals for every printer we sell',
    'Exploded drawings, part numbers and torque values are free to download, with no account.',
  ],
  [
    'press',
    'mixed',
    'Watchdog asks whether glued-in batteries break the law',
    'The inquiry will take evidence from tinkerers and from makers until May.',
  ],
  [
    'community',
    'closes',
    'The last shop in town that mended radios has shut',
    'Its owner could no longer get the capacitors, she says, nor anyone under sixty who can read a circuit diagram.',
  ],
]

/** Written apart from these, to see what was learned. */
const unseen: Line[] = [
  ['press', 'opens', 'Apple lets customers fit used screens and batteries without a warning message'],
  [
    'press',
    'closes',
    'Coffee machine maker voids the warranty of anyone who unscrews the lid',
    'A sticker over the last screw tells the service centre. Consumer groups say the clause would not stand in court.',
  ],
  [
    'policy',
    'opens',
    'Ministry pays half the bill: repair bonus extended to bicycles and hearing aids',
    'Households can claim up to 200 euros a year when they have a device mended instead of buying a new one.',
  ],
  [
    'policy',
    'mixed',
    'Consultation: how long should spare parts for heat pumps be kept?',
    'Comments from installers and owners are welcome until 30 September.',
  ],
  [
    'community',
    'opens',
    'Three hundred toasters later',
    'Our repair café turns five this week. Volunteers have mended two thirds of what came through the door, most of it with a fuse or a drop of glue.',
  ],
  [
    'vendor',
    'opens',
    'Spare parts available for all routers sold since 2014',
    'Antennas, power boards and cases ship from our own warehouse, with a guide for each.',
  ],
  [
    'press',
    'closes',
    'A £9 chip, a £900 bill: why nobody but the dealer can replace your headlight',
    'New cars marry each lamp to the body computer. Independent garages say they turn owners away every day.',
  ],
  ['press', 'opens', 'Court rules that wheelchair users may open their own motors'],
  [
    'research',
    'mixed',
    'Mending at the margins: who repairs phones in Accra, Dhaka and Lima',
    'Interviews with 140 technicians show skill and improvisation, and stalls that close when makers lock the boards.',
  ],
  [
    'press',
    'closes',
    'Washing machine manufacturers glue the drum shut again',
    'When the bearing goes the whole tub has to be thrown away. A teardown of twelve models found two that could be opened with ordinary tools.',
  ],
  [
    'policy',
    'opens',
    'Oregon bans parts pairing',
    'From January a maker may not use software to keep a replacement part from working.',
  ],
  [
    'community',
    'opens',
    'A library of things that lends oscilloscopes, and people who know how to use them',
    'Borrow the tools, bring the broken amplifier, and someone will sit down with you and the circuit diagram.',
  ],
  [
    'vendor',
    'closes',
    'Changes to our service programme',
    'From March only certified partners can order boards for the X-line. Self-repair kits will be discontinued.',
  ],
  [
    'press',
    'opens',
    'The man who keeps forty-year-old synthesisers alive',
    'He winds his own transformers and has drawn the schematics that the maker lost.',
  ],
  [
    'press',
    'closes',
    'Schools scrap 11,000 tablets for want of a charging socket',
    'The part costs two dollars and is soldered under a shield that the maker will not sell. Refurbishers offered to take them and were refused.',
  ],
  ['press', 'mixed', 'Right to repair bill returns to the statehouse, without farm machinery'],
  [
    'policy',
    'opens',
    'A repairability score for vacuum cleaners',
    'A label from A to E will tell shoppers how easily a motor can be replaced and whether the manual is public.',
  ],
  [
    'community',
    'closes',
    'Notice: the bike kitchen closes',
    'We lost the lease and with it the truing stand, the press and eleven years of salvaged spare parts.',
  ],
  [
    'research',
    'opens',
    'Teardown of 60 kettles: design choices that let owners mend them',
    'Screws in place of clips and a replaceable thermostat doubled the share that could be fixed in under twenty minutes.',
  ],
  [
    'press',
    'opens',
    'Lego for grown-ups: a hi-fi that you take apart with one screwdriver',
    'Every module can be ordered by its number, and the maker promises drawings for whoever wants to build their own.',
  ],
]

export const repairTaught = taught.map(asExample('repair'))
export const repairUnseen = unseen.map(asExample('unseen-repair'))

function asExample(name: string) {
  return ([kind, direction, title, summary]: Line, i: number): Example => ({
    id: `${name}-${i + 1}`,
    kind,
    title,
    ...(summary ? { summary } : {}),
    publishedAt: '2026-02-10',
    labels: { 'repair-culture': direction },
  })
}
