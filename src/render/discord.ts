import type { Digest, DigestSection, Story } from '../model/index.ts'
import { issueName, storyCount } from '../model/index.ts'
import { periodName, shortDate } from './dates.ts'
import {
  digestView,
  issueUrl,
  keepOnly,
  type Place,
  periodWord,
  plural,
  quoteOf,
  storyTitle,
} from './digest-view.ts'
import { legend, marks, tallyOf, tallyPhrase, words } from './directions.ts'
import { discordText, maskedLink } from './discord-markdown.ts'
import { clip, plain } from './feed-text.ts'

export interface DiscordEmbed {
  title?: string
  description: string
  color: number
}

/** The body of a request to Discord's Create Message. */
export interface DiscordMessage {
  content?: string
  embeds?: DiscordEmbed[]
  allowed_mentions: { parse: [] }
}

/** Discord's own: https://discord.com/developers/docs/resources/message#embed-object-embed-limits */
const limits = { content: 2000, embeds: 10, perMessage: 6000, title: 256, description: 4096 }

/** The colours of a zoning map, one for each idea in its order, and grey for what is no idea. */
const zones = [0x4c8c4a, 0xc0563b, 0x7b6ba8, 0x3f6fa3, 0xd9a441]
const noZone = 0x8a8478

/** Makes a digest into messages: the lead, one embed for each idea, and how much of it is on the web. */
export function discordRenderer(place: Place): (digest: Digest) => DiscordMessage[] {
  return (digest) => {
    const kept = new Map<string, number>()
    const embeds = digest.sections
      .filter(({ stories }) => stories.length > 0)
      .map((section) => {
        const { embed, shown } = sectionEmbed(section, digest, place)
        kept.set(section.idea, shown)
        return embed
      })
    const shown = storyCount(keepOnly(digest, kept))
    return inMessages(opening(digest, place), [...embeds, closing(digest, place, shown)])
  }
}

function opening(digest: Digest, place: Place): string {
  const view = digestView(digest, place)
  const head = `**${issueName(digest)}** · ${periodName(digest.since, digest.until)}`
  if (view.quiet && view.lead.length === 0) return `${head}\nA quiet week. ${view.quietLine}`
  const quiet = view.quiet ? ['A quiet week.'] : []
  const lines = [...quiet, ...digest.lead.map(({ text }) => discordText(text, 500))]
  const tail = view.quiet ? '' : `\n-# ${legend}`
  return fitLines(head, lines, limits.content - tail.length) + tail
}

function sectionEmbed(
  section: DigestSection,
  digest: Digest,
  place: Place,
): { embed: DiscordEmbed; shown: number } {
  const { site } = place
  const link = `${issueUrl(digest, site)}#${section.idea}`
  const head = `*${discordText(section.title, 300)}*\n${periodWord(digest)}: ${tallyPhrase(tallyOf(section.stories))}`
  const room = limits.description - `\n\n[9999 more on the web](${link})`.length
  let description = head
  let shown = 0
  for (const story of section.stories) {
    const longer = `${description}\n\n${storyLines(story, digest)}`
    if (longer.length > room) break
    description = longer
    shown += 1
  }
  const more = section.stories.length - shown
  if (more > 0) description += `\n\n[${more} more on the web](${link})`
  const zone = zones[place.ideas.findIndex(({ id }) => id === section.idea) % zones.length]
  return {
    embed: { title: clip(section.name, limits.title), description, color: zone ?? noZone },
    shown,
  }
}

function storyLines(story: Story, digest: Digest): string {
  const also = story.also.slice(0, 4).map(({ feedTitle }) => discordText(feedTitle, 40))
  const facts = [
    words[story.direction],
    discordText(story.feedTitle, 60),
    shortDate(story.publishedAt, digest.until),
    ...(also.length ? [`also: ${also.join(', ')}`] : []),
  ]
  const quote = quoteOf(clip(plain(story.evidence), 240), story.title)
  return [
    `${marks[story.direction]} **${maskedLink(storyTitle(story), story.url, 200)}**`,
    facts.filter(Boolean).join(' · '),
    ...(story.update ? [`Update: ${discordText(story.update, 200)}`] : []),
    ...(quote ? [`> ${discordText(quote, 300)}`] : []),
  ].join('\n')
}

function closing(digest: Digest, place: Place, shown: number): DiscordEmbed {
  const total = storyCount(digest)
  const stories = total === 0 ? '' : `${shown} of ${plural(total, 'story')} shown. `
  const { reading, coverage, failing, failingMore } = digestView(digest, place)
  const names = failing.map(({ title }) => discordText(title, 80))
  const others = failingMore > 0 ? [`${failingMore} more`] : []
  const silent = names.length ? ` No answer from ${[...names, ...others].join(', ')}.` : ''
  return {
    description:
      `${stories}[Read the whole issue on the web](${issueUrl(digest, place.site)})\n` +
      `${reading} ${coverage}${silent}`,
    color: noZone,
  }
}

/** As few messages as the limits allow, in order; only the first has content. */
function inMessages(content: string, embeds: DiscordEmbed[]): DiscordMessage[] {
  const messages: DiscordMessage[] = [{ content, embeds: [], allowed_mentions: { parse: [] } }]
  let size = 0
  for (const embed of embeds) {
    const length = (embed.title?.length ?? 0) + embed.description.length
    if (size + length > limits.perMessage || messages.at(-1)!.embeds!.length === limits.embeds) {
      messages.push({ embeds: [], allowed_mentions: { parse: [] } })
      size = 0
    }
    messages.at(-1)!.embeds!.push(embed)
    size += length
  }
  return messages
}

function fitLines(head: string, lines: string[], room: number): string {
  return lines.reduce(
    (text, line) => (text.length + line.length + 1 > room ? text : `${text}\n${line}`),
    head,
  )
}
