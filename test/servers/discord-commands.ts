import { Form } from './discord-form.ts'
import { type Answer, type Call, nothing, ok, Refusal, type Route, type Sent } from './discord-http.ts'
import type { World } from './discord-state.ts'

/** A command as it is registered. */
export interface RegisteredCommand {
  id: string
  type: number
  name: string
  guild_id?: string
  // biome-ignore lint/suspicious/noExplicitAny: it is whatever a client sent.
  [field: string]: any
}

/** The registered commands, and how often they were written. */
export interface TestCommands {
  /** Of a guild; without one the global ones. */
  list(guild?: string): RegisteredCommand[]
  /** Requests that changed something, by method. */
  writes: Record<'PUT' | 'POST' | 'PATCH' | 'DELETE', number>
}

const [chatInput, subcommand, group] = [1, 1, 2]
const most: Record<number, number> = { 1: 100, 2: 15, 3: 15 }

export function commandRoutes(world: World): { test: TestCommands; routes: Route[] } {
  const books = new Map<string, RegisteredCommand[]>()
  const writes = { PUT: 0, POST: 0, PATCH: 0, DELETE: 0 }
  const bookOf = ({ guild = '' }: Record<string, string>) => books.get(guild) ?? []

  function keep({ guild = '', application }: Record<string, string>, commands: RegisteredCommand[]): void {
    if (application !== world.bot.id)
      throw new Refusal(403, 20012, 'You are not authorized to perform this action')
    if (guild !== '' && !world.guilds.get(guild)?.botRoles) throw new Refusal(403, 50001, 'Missing Access')
    for (const type of [1, 2, 3]) {
      if (commands.filter((one) => one.type === type).length > most[type]!)
        throw new Refusal(400, 30032, `Maximum number of application commands reached (${most[type]})`)
    }
    books.set(guild, commands)
  }

  /** A command as it is kept: what was left out gets its default, its version changes only with it. */
  function register(
    body: Sent,
    { guild }: Record<string, string>,
    before?: RegisteredCommand,
  ): RegisteredCommand {
    const kept = {
      id: before?.id ?? world.snowflake(),
      application_id: world.bot.id,
      ...(guild ? { guild_id: guild } : {}),
      type: body.type ?? chatInput,
      name: body.name,
      name_localizations: body.name_localizations ?? null,
      description: body.description ?? '',
      description_localizations: body.description_localizations ?? null,
      ...(body.options?.length ? { options: body.options.map(keptOption) } : {}),
      default_member_permissions: body.default_member_permissions ?? null,
      ...(guild
        ? {}
        : {
            dm_permission: body.dm_permission ?? true,
            contexts: body.contexts ?? null,
            integration_types: body.integration_types ?? [0],
          }),
      nsfw: body.nsfw ?? false,
    }
    const same =
      before && JSON.stringify({ ...before, version: 0 }) === JSON.stringify({ ...kept, version: 0 })
    return { ...kept, version: same ? before.version : world.snowflake() }
  }

  function put({ params, body }: Call): Answer {
    writes.PUT++
    const before = bookOf(params)
    const commands: RegisteredCommand[] = []
    for (const [i, one] of (body as Sent[]).entries()) {
      refuse(one, [i])
      const known = before.find((old) => old.name === one.name && old.type === (one.type ?? chatInput))
      commands.push(register(one, params, known))
    }
    const names = commands.map((one) => `${one.type} ${one.name}`)
    if (new Set(names).size < names.length) {
      const form = new Form()
      form.wrong([], 'APPLICATION_COMMANDS_DUPLICATE_NAME', 'Application command names must be unique')
      throw new Refusal(400, 50035, 'Invalid Form Body', form.error()!)
    }
    keep(params, commands)
    return ok(commands)
  }

  function post({ params, body }: Call): Answer {
    writes.POST++
    refuse(body, [])
    const before = bookOf(params)
    const known = before.find((one) => one.name === body.name && one.type === (body.type ?? chatInput))
    const made = register(body, params, known)
    keep(params, [...before.filter((one) => one !== known), made])
    return { status: known ? 200 : 201, body: made }
  }

  function patch({ params, body }: Call): Answer {
    writes.PATCH++
    const known = find(params)
    const whole = { ...known, ...body }
    refuse(whole, [])
    const made = register(whole, params, known)
    keep(
      params,
      bookOf(params).map((one) => (one === known ? made : one)),
    )
    return ok(made)
  }

  function drop({ params }: Call): Answer {
    writes.DELETE++
    const known = find(params)
    keep(
      params,
      bookOf(params).filter((one) => one !== known),
    )
    return nothing
  }

  function find(params: Record<string, string>): RegisteredCommand {
    const found = bookOf(params).find((one) => one.id === params.command)
    if (!found) throw new Refusal(404, 10063, 'Unknown application command')
    return found
  }

  const under = (path: string): Route[] => [
    {
      method: 'GET',
      path,
      handle: ({ params, query }) =>
        ok(
          bookOf(params).map(
            query.get('with_localizations') === 'true' ? (one) => one : withoutLocalizations,
          ),
        ),
    },
    { method: 'PUT', path, handle: put },
    { method: 'POST', path, handle: post },
    { method: 'GET', path: `${path}/:command`, handle: ({ params }) => ok(find(params)) },
    { method: 'PATCH', path: `${path}/:command`, handle: patch },
    { method: 'DELETE', path: `${path}/:command`, handle: drop },
  ]
  return {
    test: { list: (guild = '') => books.get(guild) ?? [], writes },
    routes: [
      ...under('/applications/:application/commands'),
      ...under('/applications/:application/guilds/:guild/commands'),
    ],
  }
}

function refuse(body: Sent, at: (string | number)[]): void {
  const form = new Form()
  checkCommand(form, at, body)
  const error = form.error()
  if (error) throw new Refusal(400, error.code, error.message, error)
}

/** Discord leaves out of its answers what says no more than a default. */
function keptOption(option: Sent): Sent {
  const { required, autocomplete, name_localizations, description_localizations, options, ...rest } = option
  return {
    ...rest,
    ...(required ? { required } : {}),
    ...(autocomplete ? { autocomplete } : {}),
    ...(name_localizations ? { name_localizations } : {}),
    ...(description_localizations ? { description_localizations } : {}),
    ...(options?.length ? { options: options.map(keptOption) } : {}),
  }
}

function withoutLocalizations(command: RegisteredCommand): Sent {
  return JSON.parse(
    JSON.stringify(command, (key, value) => (key.endsWith('_localizations') ? undefined : value)),
  )
}

const slashName = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u

function checkCommand(form: Form, at: (string | number)[], body: Sent): void {
  const slash = (body.type ?? chatInput) === chatInput
  checkNames(form, at, body, slash)
  if (!slash && (body.description || body.options?.length))
    form.wrong(
      [...at, 'description'],
      'APPLICATION_COMMAND_INVALID',
      'Context menu commands have no description or options',
    )
  if (slash) checkOptions(form, [...at, 'options'], body.options)
  if (sizeOf(body) > 8000)
    form.wrong(at, 'APPLICATION_COMMAND_TOO_LARGE', 'Command exceeds maximum size (8000)')
}

function checkNames(form: Form, at: (string | number)[], body: Sent, slash: boolean): void {
  const names = [
    ['name', body.name],
    ...Object.entries(body.name_localizations ?? {}).map(([l, n]) => [`name_localizations ${l}`, n]),
  ]
  for (const [field, name] of names as [string, Sent][]) {
    form.text([...at, ...field.split(' ')], name, 32, true)
    if (slash && typeof name === 'string' && (!slashName.test(name) || name !== name.toLowerCase()))
      form.wrong([...at, ...field.split(' ')], 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid')
  }
  if (!slash) return
  form.text([...at, 'description'], body.description, 100, true)
  for (const [locale, words] of Object.entries(body.description_localizations ?? {}))
    form.text([...at, 'description_localizations', locale], words, 100, true)
}

function checkOptions(form: Form, at: (string | number)[], options: Sent): void {
  const list = form.list(at, options, 25)
  let optional = false
  for (const [i, one] of list.entries()) {
    const path = [...at, i]
    checkNames(form, path, one, true)
    form.choice([...path, 'type'], one.type, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    if (one.type === subcommand || one.type === group) checkOptions(form, [...path, 'options'], one.options)
    if (one.required && optional)
      form.wrong(path, 'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID', 'Required options come first')
    if (!one.required) optional = true
    const choices = form.list([...path, 'choices'], one.choices, 25)
    if (choices.length > 0 && one.autocomplete)
      form.wrong(
        path,
        'APPLICATION_COMMAND_AUTOCOMPLETE_NOT_ALLOWED',
        'Choices and autocomplete exclude each other',
      )
    for (const [j, choice] of choices.entries()) {
      form.text([...path, 'choices', j, 'name'], choice.name, 100, true)
      if (typeof choice.value === 'string') form.text([...path, 'choices', j, 'value'], choice.value, 100)
    }
  }
  if (new Set(list.map((one) => one.name)).size < list.length)
    form.wrong(at, 'APPLICATION_COMMAND_OPTIONS_NAME_INVALID', 'Option names must be unique')
}

/** Characters of names, descriptions and values; of translations only the longest counts. */
function sizeOf({
  name,
  name_localizations,
  description,
  description_localizations,
  choices,
  options,
  value,
}: Sent): number {
  const longest = (words: string | undefined, others: Sent) =>
    Math.max(
      ...[words ?? '', ...Object.values((others ?? {}) as Record<string, string>)].map((one) => one.length),
    )
  const within = [...(choices ?? []), ...(options ?? [])].reduce(
    (sum: number, one: Sent) => sum + sizeOf(one),
    0,
  )
  return (
    longest(name, name_localizations) +
    longest(description, description_localizations) +
    (typeof value === 'string' ? value.length : 0) +
    within
  )
}
