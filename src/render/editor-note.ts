import { longDate } from './dates.ts'

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

/** The note in a sentence or two. */
export function editorWords({ releaseAt, held }: EditorNote): string {
  if (held !== null) return `This issue is held and goes out only by a word of yours. ${held}`
  if (releaseAt === null) return 'This issue waits for a word of yours.'
  return `Without a word of yours it goes out by itself on ${longDate(releaseAt)} at ${clock.format(new Date(releaseAt))} UTC.`
}
