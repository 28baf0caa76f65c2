import { longDate } from './dates.ts'
import { plain } from './feed-text.ts'

/** What an editor who looks at an issue before it goes out has to know. */
export interface EditorNote {
  /** The page where it is released, held or changed. */
  deskUrl: string
  /** When it goes out by itself (ISO time); null when it waits for a word. */
  releaseAt: string | null
  /** Why it is held; null when it is not. */
  held: string | null
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' })
const inChannel = ', in the channel'

/** The note in a sentence or two. */
export function editorWords({ releaseAt, held }: Pick<EditorNote, 'releaseAt' | 'held'>): string {
  if (held !== null) return `This issue is held and goes out only by a word of yours. ${plain(held, 600)}`
  if (releaseAt === null) return 'This issue waits for a word of yours.'
  return `Without a word of yours it goes out by itself on ${moment(releaseAt)}.`
}

/** `23 November 2026 at 15:00 UTC`; empty when it is no time. */
export function moment(iso: string): string {
  const date = longDate(iso)
  return date && `${date} at ${clock.format(new Date(iso))} UTC`
}

/** Who does something through a link that a whole channel reads, by the name they give. */
export function channelEditor(name: string): string {
  return `${plain(name, 60) || 'Somebody'}${inChannel}`
}

/**
 * The name that readers see under an editor's words; empty where there is none to show: never an address, and not who
 * gave no name.
 */
export function signatureOf(by: string): string {
  const name = by.endsWith(inChannel) ? by.slice(0, -inChannel.length) : by
  return name.includes('@') || (name === 'Somebody' && name !== by) ? '' : plain(name, 60)
}
