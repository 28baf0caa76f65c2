import type { DiscordMessage } from '../components.ts'
import { noZone } from '../digest-story.ts'
import { box, small, textOf } from './layout.ts'
import { fitted, type Pen } from './pen.ts'
import { isId } from './phrases.ts'

/** A registered command; `id` is Discord's, null while it is not known. */
export interface HelpCommand {
  name: string
  description: string
  id: string | null
}

export interface HelpContent {
  commands: readonly HelpCommand[]
}

/** By what people come for; a command that stands in none is told last. */
const groups: { title: string; names: string[] }[] = [
  { title: 'Ask', names: ['ask', 'concept', 'ideas', 'help'] },
  { title: 'Read', names: ['latest', 'digest', 'newsletter', 'why', 'sources', 'suggest-feed'] },
  { title: 'For your channels', names: ['subscribe', 'unsubscribe', 'status'] },
]
const most = 40

/** What can be asked of the bot. */
export function help({ commands }: HelpContent): DiscordMessage {
  return fitted((pen) => {
    const slash = commands.slice(0, most).filter(({ name }) => isSlash(name))
    const menu = commands.slice(0, most).filter(({ name }) => !isSlash(name))
    const known = new Set(groups.flatMap(({ names }) => names))
    const grouped = [
      ...groups.map(({ title, names }) => ({
        title,
        members: names.flatMap((name) => slash.find((one) => one.name === name) ?? []),
      })),
      { title: 'And also', members: slash.filter(({ name }) => !known.has(name)) },
      { title: 'On a message, under Apps', members: menu },
    ].filter(({ members }) => members.length > 0)
    return [
      box(
        [
          ...textOf(
            '### Freehold',
            'Freehold watches whether the stock of open AI models is being renewed. It answers from its wiki and ' +
              'brings the stories of the week to channels.',
          ),
          ...grouped.flatMap(({ title, members }) =>
            textOf(`**${title}**`, ...members.map((command) => commandLine(command, pen))),
          ),
          ...textOf(small('Mention Freehold with a question, and it answers too.')),
        ],
        noZone,
      ),
    ]
  })
}

function commandLine({ name, description, id }: HelpCommand, pen: Pen): string {
  const called = !isSlash(name)
    ? `“${pen.words(name, 40)}”`
    : id !== null && isId(id)
      ? `</${name}:${id}>`
      : `\`/${name}\``
  return [called, pen.words(description, 110)].filter(Boolean).join(' ')
}

/** Discord's rule for the names of slash commands; those of menus may be written as people write. */
function isSlash(name: string): boolean {
  return /^[-_\p{L}\p{N}]{1,32}$/u.test(name) && name === name.toLowerCase()
}
