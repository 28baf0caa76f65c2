import type { HelperOptions } from 'handlebars'
import type { Helpers } from './templates.ts'
import { wrap } from './wrap.ts'

/** What the helpers read of a view of plain text. */
export interface TextSettings {
  width: number
  colour: boolean
}

const codes: Record<string, string> = {
  bold: '1',
  dim: '2',
  italic: '3',
  link: '4',
  opens: '32',
  closes: '31',
  mixed: '33',
}

/**
 * `{{line TEXT indent=2 first="▲ " tone="bold" lead="opens"}}`: the text in lines, the first one begun with `first`;
 * `tone` and `lead` are the styles of the text and of what begins it, used only in a terminal with colours.
 * `{{paint TEXT tone}}` styles a few words; `{{rule "─"}}` draws a line as wide as the text.
 */
export const textHelpers: Helpers = {
  line(text: string, { hash, data }: HelperOptions) {
    const settings: TextSettings = data.root
    const { indent = 0, first = '', tone, lead }: LineOptions = hash
    const margin = ' '.repeat(indent)
    return wrap(text, Math.max(settings.width - indent, 16))
      .map((line, index) => {
        const start =
          index === 0 && first ? margin.slice(first.length) + paint(first, lead, settings) : margin
        return start + paint(line, tone, settings)
      })
      .join('\n')
  },
  paint(text: string, tone: string, { data }: HelperOptions) {
    return paint(text, tone, data.root)
  },
  rule(mark: string, { data }: HelperOptions) {
    return mark.repeat((data.root as TextSettings).width)
  },
}

interface LineOptions {
  indent?: number
  first?: string
  tone?: string
  lead?: string
}

function paint(text: string, tone: string | undefined, { colour }: TextSettings): string {
  const code = tone && codes[tone]
  return colour && code ? `\x1b[${code}m${text}\x1b[0m` : text
}
