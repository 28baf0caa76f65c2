import { parseDocument } from 'htmlparser2'
import { createRenderer, type DiscordMessage } from '../../src/render/index.ts'
import { hostile, ideas } from '../fixtures/digests.ts'
import { withChildren } from '../servers/discord-components.ts'

export const templatesDir = new URL('../../templates', import.meta.url).pathname
export const site = 'https://freehold.example'
export const renderer = createRenderer({ templatesDir, publicUrl: site, ideas })
export const unsubscribeUrl = 'https://freehold.example/unsubscribe/TOKEN'

interface Node {
  type: string
  name?: string
  attribs?: Record<string, string>
  data?: string
  children?: Node[]
}

interface Element {
  name: string
  attribs: Record<string, string>
  text: string
}

/** Every element of a page in order, with the text inside it. */
export function elements(html: string): Element[] {
  const within = (node: Node): Element[] => {
    const inner = (node.children ?? []).flatMap(within)
    if (!node.name) return inner
    return [
      { name: node.name, attribs: node.attribs ?? {}, text: textOf(node).replace(/\s+/g, ' ').trim() },
      ...inner,
    ]
  }
  return within(parseDocument(html) as Node)
}

function textOf({ type, data = '', children = [] }: Node): string {
  return type === 'text' ? data : children.map(textOf).join('')
}

/** The titles of stories in the order they are told, as each form has them. */
export const titles = {
  html: (html: string) =>
    elements(html)
      .filter(({ name }) => name === 'h3')
      .map(({ text }) => text),
  text: (text: string) =>
    text
      .split(/\n{2,}/)
      .filter((block) => /^[▲▼◆] \S/.test(block) && / {2}(opens|closes|contested) · /.test(block))
      .map((block) => {
        const lines = block.split('\n')
        const facts = lines.findIndex((line) => /^ {2}(opens|closes|contested) · /.test(line))
        return lines.slice(0, facts).join(' ').replace(/\s+/g, ' ').slice(2)
      }),
  discord: (messages: DiscordMessage[]) =>
    discordTexts(messages)
      .flatMap((text) => text.split('\n'))
      .filter((line) => /^[▲▼◆] \*\*/.test(line))
      .map((line) => /^. \*\*\[?(.*?)(\]\(.*\))?\*\*$/.exec(line)![1]!.replace(/\\(.)/g, '$1')),
}

/** All texts of Discord messages in their order, as Markdown. */
export function discordTexts(messages: readonly DiscordMessage[]): string[] {
  return messages
    .flatMap(({ components }) => components.flatMap(withChildren))
    .flatMap(({ type, content }) => (type === 10 ? [content as string] : []))
}

/** What a page or mail must never hold, whatever feeds say; an empty list is good. */
export function harms(html: string): string[] {
  const all = elements(html)
  return [
    ...all
      .filter(({ name }) => ['script', 'img', 'iframe', 'object', 'form', 'base'].includes(name))
      .map((e) => `<${e.name}>`),
    ...all.flatMap(({ attribs }) => Object.keys(attribs).filter((name) => name.startsWith('on'))),
    ...all
      .flatMap(({ attribs }) => [attribs.href, attribs.src])
      .filter(
        (link) => link !== undefined && !/^(https?:\/\/|mailto:|\/(?!\/)|#|data:image\/svg\+xml,)/.test(link),
      )
      .map((link) => `link ${link}`),
    ...unseen(html),
    ...(html.includes(hostile.script) ? ['unescaped script'] : []),
  ]
}

/** Characters that hide, turn the reading direction or steer a terminal. */
export function unseen(text: string): string[] {
  return text.match(/(?![\t\n])\p{Cc}|[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu) ?? []
}
