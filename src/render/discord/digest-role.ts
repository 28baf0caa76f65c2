import { type DiscordMessage, type TextDisplay, text } from './components.ts'

const snowflake = /^[1-9]\d{0,19}$/

/** The line at a message's end that mentions a role; none without a role, or for what is no role's id. */
export function roleLine(role: string | null | undefined): TextDisplay[] {
  return role && snowflake.test(role) ? [text(`-# <@&${role}>`)] : []
}

/** The message with the line that mentions a role, which nobody but the role is pinged by. */
export function withRole(message: DiscordMessage, role: string | null | undefined): DiscordMessage {
  const line = roleLine(role)
  if (!role || line.length === 0) return message
  return {
    ...message,
    components: [...message.components, ...line],
    allowed_mentions: { parse: [], roles: [role] },
  }
}
