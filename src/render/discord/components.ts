/** Discord's components, as its API takes them: https://discord.com/developers/docs/components/reference */

export interface TextDisplay {
  type: 10
  /** Markdown. */
  content: string
}

export interface Separator {
  type: 14
  divider?: boolean
  /** 1 small, 2 large. */
  spacing?: 1 | 2
}

/** A button that sends an interaction with its `custom_id`. */
export interface ActionButton {
  type: 2
  /** Primary, secondary, success, danger. */
  style: 1 | 2 | 3 | 4
  label: string
  custom_id: string
  disabled?: boolean
}

/** A button that opens a page. */
export interface LinkButton {
  type: 2
  style: 5
  label: string
  url: string
}

export interface SelectOption {
  label: string
  value: string
  description?: string
  default?: boolean
}

export interface StringSelect {
  type: 3
  custom_id: string
  options: SelectOption[]
  placeholder?: string
  min_values?: number
  max_values?: number
  required?: boolean
}

export interface ActionRow {
  type: 1
  components: (ActionButton | LinkButton)[] | [StringSelect]
}

/** One to three texts with a button beside them. */
export interface Section {
  type: 9
  components: TextDisplay[]
  accessory: ActionButton | LinkButton
}

export interface Container {
  type: 17
  accent_color?: number
  components: (TextDisplay | Separator | ActionRow | Section)[]
}

export type Component = TextDisplay | Separator | ActionRow | Section | Container

/** A message of Components V2, as a body of Create Message or an answer to an interaction. */
export interface DiscordMessage {
  /** Always holds 1 << 15 (components V2). */
  flags: number
  components: Component[]
  /** Nobody is pinged but the roles named here. */
  allowed_mentions: { parse: []; roles?: string[] }
}

/**
 * What one message can hold. Characters and components: Discord's documentation and its guide; bytes: above some 10,170
 * bytes of text Discord answers 500 (discord/discord-api-docs#8554).
 */
export const messageLimits = { components: 40, characters: 4000, bytes: 9500 }

export const componentsV2 = 1 << 15

/** How much of a message's room components take. */
export interface Size {
  components: number
  /** As Discord counts them: UTF-16 units of all text. */
  characters: number
  bytes: number
}

/** The size of components, those inside them included. */
export function sizeOf(components: readonly Component[]): Size {
  const size: Size = { components: 0, characters: 0, bytes: 0 }
  for (const { content = '' } of withThoseInside(components)) {
    size.components += 1
    size.characters += content.length
    size.bytes += Buffer.byteLength(content)
  }
  return size
}

/**
 * All that a message says, by which one of ours is known again when Discord gives it back: with ids in its components,
 * and with white space as Discord leaves it.
 */
export function fingerprintOf({
  content = '',
  components = [],
}: {
  content?: string
  components?: readonly unknown[]
}): string {
  const texts = withThoseInside(components).map((component) => component.content ?? '')
  return [content, ...texts]
    .map((text) =>
      text
        .replace(/[\u2066-\u2069]/g, '')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter(Boolean)
    .join('\n')
}

/** Every component, before those inside it. */
function withThoseInside(components: readonly unknown[]): { content?: string }[] {
  return components.flatMap((component) => {
    if (typeof component !== 'object' || component === null || !('type' in component)) return []
    const part = component as { content?: string; components?: unknown[]; accessory?: unknown }
    const inside = [...(part.components ?? []), ...(part.accessory ? [part.accessory] : [])]
    return [part, ...withThoseInside(inside)]
  })
}

/** True when all of it goes into one message. */
export function fits(size: Size): boolean {
  return (
    size.components <= messageLimits.components &&
    size.characters <= messageLimits.characters &&
    size.bytes <= messageLimits.bytes
  )
}

/** A message that pings nobody. */
export function messageOf(components: Component[]): DiscordMessage {
  return { flags: componentsV2, components, allowed_mentions: { parse: [] } }
}

export function text(content: string): TextDisplay {
  return { type: 10, content }
}

export function rule(): Separator {
  return { type: 14, divider: true, spacing: 1 }
}

/** Room between two texts, without a line. */
export function gap(): Separator {
  return { type: 14, divider: false, spacing: 1 }
}

export function row(...buttons: (ActionButton | LinkButton)[]): ActionRow {
  return { type: 1, components: buttons }
}

/** Discord's own limit for the words on a button. */
const longestLabel = 80

export function button(label: string, customId: string, style: ActionButton['style'] = 2): ActionButton {
  return { type: 2, style, label: cutLabel(label), custom_id: customId }
}

export function linkButton(label: string, url: string): LinkButton {
  return { type: 2, style: 5, label: cutLabel(label), url }
}

function cutLabel(label: string): string {
  return label.length <= longestLabel ? label : `${label.slice(0, longestLabel - 1).trimEnd()}…`
}
