import {
  type APIApplicationCommand,
  type REST,
  type RESTPostAPIApplicationCommandsJSONBody,
  Routes,
} from 'discord.js'

/**
 * Brings the application's registered commands to what they should be: they are read, and written only when something
 * differs, all at once. Gives the ids of the commands by name. Rejects as @discordjs/rest does.
 */
export async function registerCommands(
  rest: REST,
  application: string,
  wanted: RESTPostAPIApplicationCommandsJSONBody[],
): Promise<{ changed: boolean; ids: Map<string, string> }> {
  const route = Routes.applicationCommands(application)
  const registered = (await rest.get(route)) as APIApplicationCommand[]
  const changed = fingerprint(registered) !== fingerprint(wanted)
  const now = changed ? ((await rest.put(route, { body: wanted })) as APIApplicationCommand[]) : registered
  return { changed, ids: new Map(now.map(({ name, id }) => [name, id])) }
}

/** What of commands is ours to say; Discord adds ids and versions, and leaves out what has its usual value. */
function fingerprint(commands: readonly object[]): string {
  return JSON.stringify(
    commands
      .map((command) => told(command as Record<string, unknown>))
      .sort((a, b) => (`${a.type}${a.name}` < `${b.type}${b.name}` ? -1 : 1)),
  )
}

function told(command: Record<string, unknown>) {
  const { name, type = 1, description = '', default_member_permissions: permissions = null } = command
  return {
    name,
    type,
    description,
    permissions,
    places: [command.integration_types, command.contexts].map((list) => sorted(list)),
    options: ((command.options ?? []) as Record<string, unknown>[]).map(toldOption),
  }
}

function toldOption(option: Record<string, unknown>): object {
  return {
    name: option.name,
    type: option.type,
    description: option.description,
    required: option.required ?? false,
    autocomplete: option.autocomplete ?? false,
    choices: ((option.choices ?? []) as { name: string; value: unknown }[]).map(({ name, value }) => ({
      name,
      value,
    })),
    channels: sorted(option.channel_types),
    limits: ['min_value', 'max_value', 'min_length', 'max_length'].map((limit) => option[limit] ?? null),
    options: ((option.options ?? []) as Record<string, unknown>[]).map(toldOption),
  }
}

function sorted(list: unknown): unknown[] {
  return Array.isArray(list) ? [...list].sort() : []
}
