import { answerDesk } from './answers.ts'
import { channelDesk } from './channels.ts'
import { libraryDesk } from './library.ts'
import type { DeskOptions } from './options.ts'

/** All that people can ask for through the bot, whichever way it talks to them. */
export function openDesk(options: DeskOptions) {
  return { ...answerDesk(options), ...libraryDesk(options), ...channelDesk(options) }
}

export type Desk = ReturnType<typeof openDesk>
export type { ServiceStatus } from './channels.ts'
export type { NamedItem } from './library.ts'
export type { DeskOptions } from './options.ts'
