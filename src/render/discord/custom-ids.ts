/** What a button, a select or a modal of ours asks for. */
export const cardActions = [
  'helpful',
  'unhelpful',
  'passages',
  'share',
  'gap',
  'concept',
  'page',
  'label',
  'resume',
] as const
export type CardAction = (typeof cardActions)[number]

/** Discord's own limit. */
const longest = 100

/**
 * `action:arg:arg`, what Discord hands back when the component is used; the same action and arguments give the same id,
 * others another. Null when it would be longer than Discord takes: such a component has to be left out.
 */
export function customId(action: CardAction, ...args: string[]): string | null {
  const id = [action, ...args.map((arg) => arg.replace(/[%:]/g, encodeURIComponent))].join(':')
  return id.length <= longest && id.isWellFormed() ? id : null
}

/** What {@link customId} was made of; null for an id that is not ours. */
export function parseCustomId(raw: string): { action: CardAction; args: string[] } | null {
  const [name, ...args] = raw.split(':')
  const action = cardActions.find((one) => one === name)
  return action ? { action, args: args.map((arg) => arg.replace(/%(?:3A|25)/g, decodeURIComponent)) } : null
}
