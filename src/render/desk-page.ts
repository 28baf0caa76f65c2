import {
  type DeliveryState,
  type Digest,
  type DigestChange,
  type DigestEdit,
  type Idea,
  isCancelled,
  type Medium,
} from '../model/index.ts'
import { longDate } from './dates.ts'
import { type DigestView, digestView, type Place, type SectionView, storyTitle } from './digest-view.ts'
import { editorWords, moment } from './editor-note.ts'
import { plain } from './feed-text.ts'
import { type Frame, waysOn } from './frame.ts'
import { plural } from './numbers.ts'

/** An issue on the editors' desk, and how far it is. Times are ISO, UTC. */
export interface DeskContent {
  token: string
  digest: Digest
  /** As it was composed; null while nobody has changed it. */
  original: Digest | null
  edits: readonly DigestEdit[]
  /** When it goes out by itself; null when it waits for a word. */
  releaseAt: string | null
  held: string | null
  releasedAt: string | null
  releasedBy: string | null
  /** Why its sending is paused. */
  paused: string | null
  /** What became of its messages. */
  messages: readonly { medium: Medium; state: DeliveryState; n: number }[]
  /** How often the lead has been changed. */
  leads: number
  /** The name given by somebody of a channel; null where the link is one person's own. */
  name: string | null
  /** Why the last word was not carried out, in a sentence. */
  fault: string | null
  /** A lead that was typed and not taken; null shows the editor's own that stands. */
  typed: string | null
}

const longestTitle = 120
/** What a story's buttons are called together, for those who can't see where they stand. */
const longestAbout = 60

/** Makes the page on which editors read an issue before it goes out, change it, hold it or release it. */
export function deskPages({ base, page }: Frame, ideas: readonly Idea[]) {
  const place: Place = { site: base, ideas }
  const desk = page('desk')
  const notice = page('notice')

  return {
    /** The issue as it stands now; once it is released, only what happened. */
    deskPage(content: DeskContent): string {
      const { digest, token, name } = content
      const open = content.releasedAt === null
      const view = digestView(digest, place)
      const path = `${base}/desk/${encodeURIComponent(token)}`
      const title = content.fault === null ? `The desk: ${view.issue}` : `Not done. The desk: ${view.issue}`
      return desk('', title, {
        issue: view.issue,
        period: view.period,
        since: view.since,
        state: open ? editorWords(content) : releasedWords(content),
        after: open ? '' : messageWords(content),
        stopped: stoppedWords(content),
        archive: open ? '' : `${base}/digests/${digest.number}`,
        fault: content.fault === null ? '' : plain(content.fault, 600),
        open,
        isHeld: content.held !== null,
        path,
        action: name === null ? path : `${path}?name=${encodeURIComponent(name)}`,
        asksName: open && name !== null,
        name: name ?? '',
        seen: content.held === null ? 'free' : 'held',
        leads: content.leads,
        isOwn: digest.lead.some(({ by }) => by !== undefined),
        own: content.typed ?? ownLead(digest),
        changes: content.edits.map((one) => changeView(one, content)).toReversed(),
        digest: {
          ...view,
          lead: view.lead.map((one) => ({ ...one, href: one.href?.replace(/^[^#]*/, '') ?? null })),
          sections: sectionViews(view, digest),
        },
      })
    },

    /** Answers a link that leads to no desk, or not any more. */
    deskGonePage(): string {
      return notice('', 'This link opens no desk', {
        heading: 'This link opens no desk',
        text: 'The mail program may have cut it short, or whoever it was made for is no longer among the editors.',
        lot: null,
        more: ['The editors are named in the setting EDITORS; each preview brings a link of its own.'],
        ways: waysOn(base),
      })
    },
  }
}

/** The sections with what can be done with each story. */
function sectionViews(view: DigestView, digest: Digest) {
  const told = digest.sections.flatMap(({ stories }) => stories.map(({ item }) => item))
  const isOnly = new Set(told).size === 1
  return view.sections.map((section: SectionView, at) => ({
    ...section,
    stories: section.stories.map((story, rank) => ({
      ...story,
      item: digest.sections[at]!.stories[rank]!.item,
      also: story.also.map((one, number) => ({
        ...one,
        item: digest.sections[at]!.stories[rank]!.also[number]!.item ?? null,
      })),
      about: plain(story.title, longestAbout),
      canRise: rank > 0,
      canSink: rank < section.stories.length - 1,
      canGo: !isOnly,
    })),
  }))
}

/** The editor's own words that are the lead now, a paragraph each. */
function ownLead({ lead }: Digest): string {
  return lead.flatMap(({ text, by }) => (by === undefined ? [] : [text])).join('\n\n')
}

function releasedWords({ releasedAt, releasedBy }: DeskContent): string {
  const when = moment(releasedAt ?? '')
  return releasedBy === null
    ? `This issue was released on ${when}, without a word of an editor.`
    : `This issue was released on ${when} by ${plain(releasedBy, 100)}.`
}

/** Why it goes on to nobody; empty while it does. */
function stoppedWords(content: DeskContent): string {
  if (isCancelled(content)) return 'Its sending was cancelled; what was cancelled stays so.'
  return content.paused === null ? '' : `Its sending is paused. ${plain(content.paused, 400)}`
}

const nouns: Record<Medium, string> = { email: 'mail', discord: 'post' }
const fates: [DeliveryState[], string][] = [
  [['sent'], 'sent'],
  [['pending', 'deferred', 'sending'], 'still to go out'],
  [['failed'], 'failed'],
  [['unknown'], 'of unknown outcome'],
  [['suppressed', 'cancelled'], 'not sent any more'],
]

/** `120 mails sent, 3 mails still to go out, 2 posts sent.` */
function messageWords({ messages }: DeskContent): string {
  const said = (Object.keys(nouns) as Medium[]).flatMap((medium) =>
    fates.flatMap(([states, fate]) => {
      const of = messages.filter((one) => one.medium === medium && states.includes(one.state))
      const n = of.reduce((sum, one) => sum + one.n, 0)
      return n > 0 ? [`${plural(n, nouns[medium])} ${fate}`] : []
    }),
  )
  return said.length > 0 ? `${said.join(', ')}.` : 'Who gets it has not been written down yet.'
}

function changeView({ at, by, change }: DigestEdit, content: DeskContent) {
  return {
    at,
    when: moment(at) || longDate(at),
    by: plain(by, 100),
    what: changeWords(change, content),
  }
}

/** What was done, in a sentence without who did it. */
function changeWords(change: DigestChange, { digest, original }: DeskContent): string {
  const sections = [...digest.sections, ...(original?.sections ?? [])]
  const story = (item: string) => {
    const found = sections.flatMap(({ stories }) => stories).find((one) => one.item === item)
    return found ? `“${plain(storyTitle(found), longestTitle)}”` : 'a story'
  }
  switch (change.what) {
    case 'lead':
      return change.text === null
        ? 'Took the composed lead back.'
        : `Wrote a lead: “${plain(change.text, 200)}”`
    case 'drop':
      return `Dropped ${story(change.item)}.`
    case 'unlink':
      return unlinkWords(change.item, sections)
    case 'pin':
      return `Put ${story(change.item)} first.`
    case 'order': {
      const name = sections.find(({ idea }) => idea === change.idea)?.name ?? change.idea
      return `Set the order under ${plain(name, 100)}.`
    }
  }
}

/** `Took Harbour Lab out of “…”.` */
function unlinkWords(item: string, sections: Digest['sections']): string {
  const from = sections.flatMap(({ stories }) => stories).find((one) => (one.items ?? []).includes(item))
  if (!from) return 'Took an item out of its story.'
  const { feedTitle } = from.also.find((one) => one.item === item) ?? {}
  const what = feedTitle === undefined ? 'an item' : plain(feedTitle, 80) || 'an item'
  return `Took ${what} out of “${plain(storyTitle(from), longestTitle)}”.`
}
