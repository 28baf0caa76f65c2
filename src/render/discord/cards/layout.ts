import { type Container, type TextDisplay, text } from '../components.ts'

/** The edge of what needs a look. */
export const amber = 0xe0b04a

type Part = Container['components'][number]

/** A box around parts, with a coloured edge where a colour is given. */
export function box(parts: Part[], colour?: number): Container {
  return { type: 17, ...(colour === undefined ? {} : { accent_color: colour }), components: parts }
}

/** One text of several lines; empty ones are left out, and without any there is none. */
export function textOf(...lines: string[]): TextDisplay[] {
  const said = lines.filter((line) => line.trim() !== '')
  return said.length > 0 ? [text(said.join('\n'))] : []
}

/** Small print; nothing for nothing. */
export function small(...facts: string[]): string {
  const said = facts.filter(Boolean)
  return said.length > 0 ? `-# ${said.join(' · ')}` : ''
}

/** A time as each reader's own clock tells it: `D` a date, `R` how long ago. Empty when it is none. */
export function moment(ms: number | null, style: 'D' | 'R'): string {
  return ms === null || Number.isNaN(new Date(ms).getTime()) ? '' : `<t:${Math.floor(ms / 1000)}:${style}>`
}
