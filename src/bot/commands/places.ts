import {
  ApplicationIntegrationType,
  InteractionContextType,
  PermissionFlagsBits,
  type RESTPostAPIApplicationCommandsJSONBody,
} from 'discord.js'

/** Where a command can be used, as Discord's API takes it. */
type Places = Pick<
  RESTPostAPIApplicationCommandsJSONBody,
  'integration_types' | 'contexts' | 'default_member_permissions'
>

const { GuildInstall, UserInstall } = ApplicationIntegrationType
const { Guild, BotDM, PrivateChannel } = InteractionContextType

/** In servers, in direct messages, and wherever somebody is who has installed the app for themselves. */
export const everywhere: Places = {
  integration_types: [GuildInstall, UserInstall],
  contexts: [Guild, BotDM, PrivateChannel],
  default_member_permissions: null,
}

/** In servers that have the bot, for those who manage them; a server's own settings can widen that. */
export const managedServers: Places = {
  integration_types: [GuildInstall],
  contexts: [Guild],
  default_member_permissions: String(PermissionFlagsBits.ManageGuild),
}
