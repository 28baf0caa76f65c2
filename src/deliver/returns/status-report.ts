import { type Field, fieldBlocks, firstValue, messageIdIn, reportedAddress, shortLine } from './fields.ts'
import type { BouncedRecipient } from './return.ts'
import { judge } from './status.ts'

/** A message to us has one recipient; this leaves room for others' lists. */
const mostRecipients = 100

const ofRecipient = new Set(['original-recipient', 'final-recipient', 'action', 'status', 'diagnostic-code'])

/** What a status report (RFC 3464, RFC 6533) says. */
export interface StatusReport {
  recipients: BouncedRecipient[]
  /** Google tells the Message-ID of the original here. */
  messageId: string | null
}

/** Reads the text of a `message/delivery-status` part. Recipients are empty where it has none. */
export function readStatusReport(text: string): StatusReport {
  const blocks = fieldBlocks(text)
  return {
    recipients: groupsOf(blocks)
      .slice(0, mostRecipients)
      .map(recipientOf)
      .filter((one) => one !== null),
    messageId: messageIdIn(firstValue(blocks.flat(), 'x-original-message-id')),
  }
}

/**
 * The fields of each recipient. Some servers forget the empty line between two recipients, or before the first, and
 * some write one after every field.
 */
function groupsOf(blocks: Field[][]): Field[][] {
  const groups: Field[][] = []
  for (const block of blocks) {
    let group: Field[] = []
    for (const field of block) {
      if (!ofRecipient.has(field.name)) continue
      if (firstValue(group, field.name) !== null) {
        add(group, groups)
        group = []
      }
      group.push(field)
    }
    add(group, groups)
  }
  return groups
}

function add(group: Field[], groups: Field[][]): void {
  if (group.length === 0) return
  const before = groups.at(-1)
  const continues =
    before?.every(({ name }) => firstValue(group, name) === null) &&
    (!names(group) || (firstValue(before, 'action') === null && firstValue(before, 'status') === null))
  if (before && continues) before.push(...group)
  else groups.push([...group])
}

function names(group: Field[]): boolean {
  return group.some(({ name }) => name.endsWith('-recipient'))
}

function recipientOf(group: Field[]): BouncedRecipient | null {
  const said = (firstValue(group, 'diagnostic-code') ?? '').replace(/^[\w-]{1,40}\s*;\s*/, '')
  const reported = firstValue(group, 'status') ?? ''
  const action = actionOf(firstValue(group, 'action'), reported)
  const addresses = ['original-recipient', 'final-recipient'].map((name) => firstValue(group, name))
  if (addresses.every((address) => address === null) && reported === '' && said === '') return null
  const address = addresses.map((value) => value && reportedAddress(value)).find((found) => found) ?? null
  return { address, action, ...judge(action, reported, said), diagnostic: shortLine(said) }
}

const actions = new Set(['failed', 'delayed', 'delivered', 'relayed', 'expanded'])

function actionOf(value: string | null, status: string): BouncedRecipient['action'] {
  const word = /^\s*([a-z]+)/i.exec(value ?? '')?.[1]?.toLowerCase() ?? ''
  if (actions.has(word)) return word as BouncedRecipient['action']
  const byStatus = { '2': 'delivered', '4': 'delayed' } as const
  return byStatus[status.trim()[0] as '2' | '4'] ?? 'failed'
}
