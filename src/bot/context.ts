import type {
  AutocompleteInteraction,
  ChatInputCommandInteraction,
  MessageContextMenuCommandInteraction,
  RESTPostAPIApplicationCommandsJSONBody,
} from 'discord.js'
import type { Desk, Log } from '../jobs/index.ts'
import type { Renderer } from '../render/index.ts'

/** What the bot's handlers work with. */
export interface BotContext {
  desk: Desk
  renderer: Renderer
  log: Log
  /** The clock (ms since the epoch). */
  now: () => number
  /** Discord role whose holders' label corrections count at once; null for none. */
  maintainerRole: string | null
  /** When digests are made, in words: `every Monday at 09:00 (UTC)`. */
  schedule: string
  /** True while somebody may ask once more; see `Pace`. */
  mayAsk(user: string): boolean
  /** True the first time in a while that they are told to wait. */
  tellsToWait(user: string): boolean
  /** All commands as people read of them. */
  commands: { name: string; description: string }[]
  /** Ids of the registered commands by name, for mentions of them; empty until they are known. */
  commandIds: Map<string, string>
}

/** One thing to pick while somebody types; at most 25, name and value at most 100 characters. */
export interface Choice {
  name: string
  value: string
}

/** A slash command. */
export interface SlashCommand {
  /** As Discord's API takes it. */
  data: RESTPostAPIApplicationCommandsJSONBody
  run(interaction: ChatInputCommandInteraction, bot: BotContext): Promise<void>
  complete?(interaction: AutocompleteInteraction, bot: BotContext): Promise<Choice[]>
}

/** A command in the menu of a message. */
export interface MessageCommand {
  data: RESTPostAPIApplicationCommandsJSONBody
  runOn(interaction: MessageContextMenuCommandInteraction, bot: BotContext): Promise<void>
}
