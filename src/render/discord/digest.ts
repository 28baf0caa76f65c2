import {
  type Digest,
  type DigestSection,
  directions,
  issueName,
  type Story,
  storyCount,
} from '../../model/index.ts'
import { accountOf, feedNoteLine } from '../account.ts'
import { balanceSummary, sparks } from '../balance.ts'
import { periodName, shortDate } from '../dates.ts'
import {
  balanceLine,
  type DigestView,
  digestView,
  issueUrl,
  keepOnly,
  movedLine,
  type Place,
  quoteOf,
  storyTitle,
  updateOf,
} from '../digest-view.ts'
import { legend, marks, words } from '../directions.ts'
import { clip, plain } from '../feed-text.ts'
import { plural } from '../numbers.ts'
import { discordText, maskedLink } from './markdown.ts'

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

/** Makes a digest into messages: the lead, one embed for each idea, the wiki's part, and how much of it is on the web. */
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
    const view = digestView(digest, place)
    const shown = storyCount(keepOnly(digest, kept))
    return inMessages(opening(digest, view), [...embeds, ...wikiEmbed(view), closing(digest, place, shown)])
  }
}

function opening(digest: Digest, view: DigestView): string {
  const head = `**${issueName(digest)}** · ${periodName(digest.since, digest.until)}`
  const quiet = view.quiet ? [`A quiet week. ${view.quietLine}`.trim()] : []
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
  const room = limits.description - `\n\n[9999 more on the web](${link})`.length
  let description = sectionHead(section)
  let shown = 0
  for (const story of section.stories) {
    const longer = `${description}\n\n${storyLines(story, digest, place)}`
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

function sectionHead(section: DigestSection): string {
  const charts = sparks(section.balance)
  const moved = movedLine(section)
  return [
    `*${discordText(section.title, 200)}*`,
    balanceLine(section),
    ...(section.balance.length > 0
      ? [
          // As code the bars are all of one width.
          directions.map((direction) => `${marks[direction]} \`${charts[direction].bars}\``).join(' '),
          balanceSummary(section.balance),
        ]
      : []),
    ...(moved ? [discordText(moved, 340)] : []),
  ].join('\n')
}

function storyLines(story: Story, digest: Digest, { site }: Place): string {
  const also = story.also.slice(0, 4).map(({ feedTitle }) => discordText(feedTitle, 40))
  const facts = [
    words[story.direction],
    discordText(story.feedTitle, 60),
    shortDate(story.publishedAt, digest.until),
    ...(also.length ? [`also: ${also.join(', ')}`] : []),
  ]
  const quote = quoteOf(clip(plain(story.evidence), 240), story.title)
  const update = updateOf(story, site)
  const updateLabel = update && maskedLink(update.label, update.href, 60)
  return [
    `${marks[story.direction]} **${maskedLink(storyTitle(story), story.url, 200)}**`,
    facts.filter(Boolean).join(' · '),
    ...(update ? [[updateLabel, discordText(update.words, 200)].filter(Boolean).join(': ')] : []),
    ...(quote ? [`> ${discordText(quote, 300)}`] : []),
  ].join('\n')
}

/** The concept of the week and the debate, where the issue has them: the claims only, the rest is in the wiki. */
function wikiEmbed({ concept, debate }: DigestView): DiscordEmbed[] {
  const ofConcept = concept && [
    discordText(concept.text, 300),
    [discordText(concept.about, 160), maskedLink('Read on in the wiki', concept.href, 60)]
      .filter(Boolean)
      .join(' '),
  ]
  const ofDebate = debate && [
    ...(concept ? [`**${discordText(debate.heading, 200)}**`] : []),
    ...debate.sides.slice(0, 4).map(({ claim }) => `• ${discordText(claim, 200)}`),
    [discordText(debate.about, 160), maskedLink('From the wiki', debate.href, 60)].filter(Boolean).join(' '),
  ]
  const parts = [ofConcept, ofDebate].filter((part) => part !== null)
  if (parts.length === 0) return []
  return [
    {
      title: discordText((concept ?? debate)!.heading, limits.title / 2),
      description: parts.map((lines) => lines.filter(Boolean).join('\n')).join('\n\n'),
      color: noZone,
    },
  ]
}

function closing(digest: Digest, place: Place, shown: number): DiscordEmbed {
  const total = storyCount(digest)
  const stories = total === 0 ? '' : `${shown} of ${plural(total, 'story')} shown. `
  const { reading, coverage, feedNotes } = accountOf(digest)
  const notes = feedNotes.map((note) => feedNoteLine(note, (title) => discordText(title, 60)))
  return {
    description:
      `${stories}[Read the whole issue on the web](${issueUrl(digest, place.site)})\n` +
      [reading, coverage, ...notes].filter(Boolean).join(' '),
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

/** The head and as many of the lines as there is room for; says so where some are left out. */
function fitLines(head: string, lines: string[], room: number): string {
  const whole = [head, ...lines].join('\n')
  if (whole.length <= room) return whole
  const cut = '\n… The rest is on the web.'
  let text = head
  for (const line of lines) {
    if (text.length + 1 + line.length + cut.length > room) break
    text += `\n${line}`
  }
  return text + cut
}
