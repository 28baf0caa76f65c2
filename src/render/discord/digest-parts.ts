import {
  type Digest,
  type DigestSection,
  directions,
  issueName,
  type Story,
  storyCount,
} from '../../model/index.ts'
import { accountOf, feedNoteLine } from '../account.ts'
import { balanceSummary, sparks, total } from '../balance.ts'
import { correctedHeading, correctedViews } from '../corrected.ts'
import { periodName, shortDate } from '../dates.ts'
import {
  balanceLine,
  digestView,
  issueUrl,
  longestIn,
  movedLine,
  type Place,
  signatureOfLead,
  uniqueStories,
  updateOf,
  wordsOfLead,
} from '../digest-view.ts'
import { legend, marks, tallyOf, tallyPhrase, words } from '../directions.ts'
import { number, plural } from '../numbers.ts'
import { rowOf, webButton } from './cards/buttons.ts'
import {
  type ActionRow,
  type Component,
  type Container,
  fits,
  gap,
  messageLimits,
  rule,
  sizeOf,
  type TextDisplay,
  text,
} from './components.ts'
import { alsoLine, noZone, storyText, zoneOf } from './digest-story.ts'
import type { Filter, WishedIssue } from './digest-wish.ts'
import { discordText, maskedLink } from './markdown.ts'

/** What the sentences at the top take at most; there is room for a section below them. */
const room = { lines: 5, characters: 1600, bytes: 4000 }

/** `9 to 16 November 2026`. */
export function periodWords({ since, until }: Digest): string {
  return periodName(since, until).replace(/ ?– ?/, ' to ')
}

/** What a reader sees first: which issue, what happened, what the marks mean. */
export function opening(issue: WishedIssue, place: Place): TextDisplay[] {
  const { whole, chosen, filter } = issue
  const { quiet, quietLine } = digestView(whole, place)
  const head = [
    `## ${issueName(whole)}`,
    ...small([periodWords(whole), quiet ? '' : countLine(issue)].filter(Boolean).join(' · ')),
    ...small(filter?.line ?? ''),
  ].join('\n')
  const lead = [
    ...(quiet ? [`A quiet week. ${quietLine}`.trim()] : []),
    ...signed(
      chosen.lead
        .map((sentence) => discordText(wordsOfLead(sentence), longestIn(sentence, 400)))
        .filter(Boolean),
      signatureOfLead(chosen),
    ),
  ]
  return [head, ...linesThatFit(lead), ...(quiet ? [] : small(legend))].map(text)
}

/** The lead with its author under it. */
function signed(lead: string[], name: string): string[] {
  return name === '' ? lead : [...lead.slice(0, -1), `${lead.at(-1) ?? ''}\n— ${discordText(name, 60)}`]
}

/** Says that an issue has nothing of what a channel follows. */
export function nothingChosen(whole: Digest, filter: Filter, place: Place): Component[] {
  const count = storyCount(whole)
  const none =
    count === 1
      ? 'The one story of this issue is about something else.'
      : `None of this issue’s ${number(count)} stories is about that.`
  return [
    text([`## ${issueName(whole)}`, ...small(periodWords(whole))].join('\n')),
    text(`This channel follows ${filter.within}. ${none}`),
    ...correctedPart(whole, place),
    ...webRow(whole, place),
  ]
}

/**
 * Makes the container of an idea with so many of its stories. Its balance counts all of its stories in the issue, the
 * chosen and the others.
 */
export function sectionPart(
  section: DigestSection,
  digest: Digest,
  place: Place,
): (shown: number) => Container {
  const whole = digest.sections.find(({ idea }) => idea === section.idea) ?? section
  const head = text(sectionHead(section, whole))
  const stories = section.stories
    // No message holds as many.
    .slice(0, messageLimits.components)
    .map((story) => text(storyText(story, factLines(story, digest, place))))
  const link = `${issueUrl(digest, place.site)}#${section.idea}`
  return (shown) => {
    const told = stories.slice(0, shown)
    const more = section.stories.length - told.length
    return {
      type: 17,
      accent_color: zoneOf(section.idea, place),
      components: [
        head,
        rule(),
        ...told.flatMap((story, at) => (at > 0 ? [gap(), story] : [story])),
        ...(more > 0 ? [gap(), text(maskedLink(`${number(more)} more on the web`, link, 60))] : []),
      ],
    }
  }
}

function sectionHead(section: DigestSection, whole: DigestSection): string {
  const { balance } = whole
  return [
    `### ${discordText(section.name, 100)}`,
    ...small(discordText(section.title, 160)),
    ...small(barsOf(whole)),
    ...small(
      unbroken([balanceLine(whole), ...(balance.length > 0 ? [balanceSummary(balance)] : [])].join(' · ')),
    ),
    ...small(discordText(movedLine(section), 340)),
  ].join('\n')
}

/** As code the bars are all of one width; a row of nothing but noughts is left out. */
function barsOf({ balance }: DigestSection): string {
  const charts = sparks(balance)
  const sums = total(balance)
  return directions
    .filter((direction) => sums[direction] > 0)
    .map((direction) => `${marks[direction]}\u00A0\`${charts[direction].bars}\``)
    .join(' ')
}

function factLines(story: Story, digest: Digest, { site }: Place): string[] {
  const update = updateOf(story, site)
  const facts = [
    words[story.direction],
    discordText(story.feedTitle, 60),
    shortDate(story.publishedAt, digest.until),
    alsoLine(story.also),
  ]
  return [
    ...small(facts.filter(Boolean).join(' · ')),
    ...(update
      ? small(
          [maskedLink(update.label, update.href, 60), discordText(update.words, 200)]
            .filter(Boolean)
            .join(': '),
        )
      : []),
  ]
}

/** The concept of the week and the debate, where the issue has them: the claims only, the rest is in the wiki. */
export function wikiPart(digest: Digest, place: Place): Container | null {
  const { concept, debate } = digestView(digest, place)
  const aside = (about: string, link: string) => small([about, link].filter(Boolean).join(' '))
  const parts = (longest: number) => [
    ...(concept
      ? [
          [
            `### ${discordText(concept.heading, longest)}`,
            discordText(concept.text, longest),
            ...aside(
              discordText(concept.about, longest),
              maskedLink('Read on in the wiki', concept.href, 60),
            ),
          ],
        ]
      : []),
    ...(debate
      ? [
          [
            `### ${discordText(debate.heading, longest)}`,
            ...debate.sides.slice(0, 4).map(({ claim }) => `- ${discordText(claim, longest)}`),
            ...aside(discordText(debate.about, longest), maskedLink('From the wiki', debate.href, 60)),
          ],
        ]
      : []),
  ]
  const container = (longest: number): Container => ({
    type: 17,
    accent_color: noZone,
    components: parts(longest)
      .map((lines) => text(lines.filter(Boolean).join('\n')))
      .flatMap((part, at) => (at > 0 ? [rule(), part] : [part])),
  })
  if (!concept && !debate) return null
  return [300, 200, 100].map(container).find((one) => fits(sizeOf([one]))) ?? container(60)
}

/** What was wrong in earlier issues; nothing most weeks. */
export function correctedPart(digest: Digest, { site }: Place): TextDisplay[] {
  const views = correctedViews(digest, site)
  if (views.length === 0) return []
  const lines = views.map((one) => {
    const label = [maskedLink(one.issue, one.href, 60), one.date].filter(Boolean).join(', ')
    return `${label}: ${discordText(one.note, 600)}`
  })
  return [text([`### ${correctedHeading}`, ...linesThatFit(lines)].join('\n'))]
}

/** How much of the issue stands here, how it was read, and the way to the rest. */
export function closing(digest: Digest, place: Place, shown: number): Component[] {
  const { reading, coverage, feedNotes } = accountOf(digest)
  const notes = feedNotes.map((note) => feedNoteLine(note, (title) => discordText(title, 60)))
  const account = [shownLine(shown, storyCount(digest)), reading, coverage, ...notes]
  return [text(small(account.filter(Boolean).join(' ')).join('\n')), ...webRow(digest, place)]
}

/** The button that leads to the issue's page. */
function webRow(digest: Digest, { site }: Place): ActionRow[] {
  return rowOf(webButton('Read the whole issue', issueUrl(digest, site)))
}

function shownLine(shown: number, all: number): string {
  if (all === 0) return ''
  if (shown < all) return `${number(shown)} of this issue’s ${number(all)} stories stand here.`
  return all === 1
    ? 'The one story of this issue stands here.'
    : `All ${number(all)} stories of this issue stand here.`
}

/** `10 stories: 4 open, 5 close, 1 contested`; of chosen ones, of how many. */
function countLine({ whole, chosen, filter }: WishedIssue): string {
  const stories = uniqueStories(chosen)
  const many = plural(storyCount(whole), 'story')
  const counted = filter === null ? many : `${number(stories.length)} of ${many}`
  return unbroken(`${counted}: ${tallyPhrase(tallyOf(stories))}`)
}

/** A line that does not break between a number and what it counts. */
function unbroken(line: string): string {
  return line.replace(/(\d) /g, '$1\u00A0')
}

/** A line in small letters; nothing of nothing. */
function small(line: string): string[] {
  return line === '' ? [] : [`-# ${line}`]
}

/** As many of the lines as there is room for; says so where some are left out. */
function linesThatFit(lines: string[]): string[] {
  let [count, characters, bytes] = [0, 0, 0]
  for (const line of lines.slice(0, room.lines)) {
    characters += line.length
    bytes += Buffer.byteLength(line)
    if (characters > room.characters || bytes > room.bytes) break
    count += 1
  }
  return count < lines.length ? [...lines.slice(0, count), '… The rest is on the web.'] : lines
}
