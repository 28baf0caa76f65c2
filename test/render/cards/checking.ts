import type { Answer, ChannelSubscription, LabelledItem, Page } from '../../../src/model/index.ts'
import type { DiscordMessage, Modal } from '../../../src/render/index.ts'
import { createRenderer } from '../../../src/render/index.ts'
import { ideas } from '../../fixtures/digests.ts'
import { withChildren } from '../../servers/discord-components.ts'
import { checkCallback, checkMessage } from '../../servers/discord-limits.ts'
import { validateBody } from '../../servers/discord-openapi.ts'
import { renderer, templatesDir } from '../reading.ts'

export const { cards } = renderer

/** The cards of a wiki with so many ideas. */
export function cardsWith(count: number) {
  const many = Array.from({ length: count }, (_, index) => ({
    ...ideas[index % ideas.length]!,
    id: `idea-${index}`,
    name: `Idea ${index}`,
    order: index,
  }))
  return {
    ideas: many,
    cards: createRenderer({ templatesDir, publicUrl: 'http://localhost:8080', ideas: many }).cards,
  }
}

/** What Discord would refuse in a message; an empty list is good. */
export function faults(message: DiscordMessage): string[] {
  const refused = checkMessage(message)
  return [
    ...(refused ? [JSON.stringify(refused)] : []),
    ...validateBody('POST /channels/:channel/messages', message),
    ...unreadable(message),
    ...(JSON.stringify(message.allowed_mentions) === '{"parse":[]}' ? [] : ['it may mention']),
    ...message.components
      .flatMap(withChildren)
      .flatMap(({ type, content }) => (type === 10 && content.trim() === '' ? ['an empty text'] : [])),
  ]
}

/** What Discord would refuse in a modal. */
export function modalFaults(modal: Modal): string[] {
  const refused = checkCallback({ type: 9, data: modal })
  return [
    ...(refused ? [JSON.stringify(refused)] : []),
    ...validateBody('POST /interactions/:id/:token/callback', { type: 9, data: modal }),
    ...unreadable(modal),
  ]
}

/** Halves of characters, which no JSON reader has to take. */
function unreadable(value: unknown): string[] {
  if (typeof value === 'string')
    return value.isWellFormed() ? [] : [`half a character in ${JSON.stringify(value)}`]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(unreadable) : []
}

/** All texts of a message, a line for each line. */
export function said({ components }: DiscordMessage): string {
  return components
    .flatMap(withChildren)
    .flatMap(({ content }) => content ?? [])
    .join('\n')
}

/** The buttons of a message in order: label and custom id, or label and link. */
export function buttons({ components }: DiscordMessage): [string, string][] {
  return components
    .flatMap(withChildren)
    .flatMap(({ type, label, custom_id, url }) =>
      type === 2 ? [[label, custom_id ?? url] as [string, string]] : [],
    )
}

/** The menu of a message; undefined without one. */
export function menu({ components }: DiscordMessage) {
  return components.flatMap(withChildren).find(({ type }) => type === 3)
}

export function anAnswer(part: Partial<Answer> = {}): Answer {
  return {
    question: 'What is cheap space?',
    answered: true,
    kind: 'concept',
    answer:
      'Cheap space is room that somebody with an untried idea can afford. [1] It does two kinds of work: [2]\n- It helps newcomers. [2]\n- It holds rents down. [2]',
    citations: [
      {
        page: 'cheap-space',
        title: 'Cheap space',
        section: '',
        quote: 'Cheap space is room that somebody with an untried idea can afford.',
        url: 'https://freehold.example/wiki/cheap-space',
      },
      {
        page: 'cheap-space',
        title: 'Cheap space',
        section: 'In the frame',
        quote: 'It does two kinds of work:',
        url: 'https://freehold.example/wiki/cheap-space#in-the-frame',
      },
    ],
    items: [
      {
        title: 'OLMo 4 is out',
        url: 'https://news.example/olmo',
        idea: 'renewal',
        direction: 'opens',
        publishedAt: '2026-11-18T10:00:00.000Z',
      },
    ],
    concepts: [
      { id: 'old-buildings', title: 'Old buildings', url: 'https://freehold.example/wiki/old-buildings' },
      {
        id: 'compute-cost',
        title: 'The capability gap is narrowing',
        url: 'https://freehold.example/wiki/compute-cost',
      },
    ],
    ...part,
  }
}

export function anItem(part: Partial<LabelledItem> = {}): LabelledItem {
  const at = Date.parse('2026-11-18T10:00:00.000Z')
  return {
    id: '3f9a3f9a3f9a3f9a',
    feed: 'ai2',
    title: 'OLMo 4 is out, with every document it was trained on',
    summary: '',
    content: '',
    url: 'https://news.example/olmo',
    canonicalUrl: 'https://news.example/olmo',
    kind: 'lab',
    language: 'en',
    publishedAt: at,
    firstSeenAt: at,
    baseline: false,
    labels: [
      {
        idea: 'compute-cost',
        direction: 'mixed',
        score: 0.61,
        evidence: 'trained on 900 GPUs',
        by: 'model:1',
      },
      {
        idea: 'renewal',
        direction: 'opens',
        score: 0.97,
        evidence: 'all of its training data',
        by: 'model:1',
      },
    ],
    ...part,
  }
}

export function aPage(part: Partial<Page> = {}): Page {
  return {
    id: 'cheap-space',
    title: 'Cheap space',
    aliases: [],
    related: [],
    idea: null,
    markdown:
      'Cheap space is *room*, as in [old buildings](old-buildings.md).\n\n## More\n\nJacobs noticed it.\n\n- A list\n\n## Last\n\nThe end.',
    file: 'wiki/cheap-space.md',
    ...part,
  }
}

export function aSubscription(part: Partial<ChannelSubscription> = {}): ChannelSubscription {
  return {
    channel: '111',
    guild: '1',
    kind: 'text',
    mode: 'digest',
    ideas: [],
    directions: [],
    role: null,
    discuss: false,
    publish: false,
    alertsADay: 3,
    madeBy: '5',
    madeAt: 0,
    failures: 0,
    lastError: null,
    pausedAt: null,
    ...part,
  }
}
