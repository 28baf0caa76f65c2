import type { RESTPostAPIApplicationCommandsJSONBody } from 'discord.js'
import type { MessageCommand, SlashCommand } from '../context.ts'
import { ask } from './ask.ts'
import { concept } from './concept.ts'
import { digest } from './digest.ts'
import { explain } from './explain.ts'
import { help } from './help.ts'
import { ideas } from './ideas.ts'
import { latest } from './latest.ts'
import { newsletter } from './newsletter.ts'
import { sources, suggestFeed } from './sources.ts'
import { status } from './status.ts'
import { subscribe, unsubscribe } from './subscribe.ts'
import { why } from './why.ts'

const slash: SlashCommand[] = [
  ask,
  concept,
  ideas,
  latest,
  digest,
  newsletter,
  why,
  sources,
  suggestFeed,
  subscribe,
  unsubscribe,
  status,
  help,
]
const onMessages: MessageCommand[] = [explain]

export const slashCommands = new Map(slash.map((command) => [command.data.name, command]))
export const messageCommands = new Map(onMessages.map((command) => [command.data.name, command]))

/** All commands as they are registered. */
export const commandData: RESTPostAPIApplicationCommandsJSONBody[] = [...slash, ...onMessages].map(
  ({ data }) => data,
)

/** All commands as people read of them. */
export const commandList = commandData.map((data) => ({
  name: data.name,
  description: ('description' in data && data.description) || 'In the menu of a message, under Apps',
}))
