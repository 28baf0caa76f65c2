import { parseDocument } from 'htmlparser2'

const rightToLeft = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/u
const isolates = /\u2068[^\u2068\u2069\n]*\u2069/gu

interface Node {
  name?: string
  attribs?: Record<string, string>
  data?: string
  children?: Node[]
}

/** Texts of a page that run from right to left and stand in no element that sets them apart; an empty list is good. */
export function notSetApart(html: string): string[] {
  const within = (node: Node, apart: boolean): string[] => {
    const inside = apart || node.attribs?.dir === 'auto' || node.name === 'bdi'
    // A title of the window and a text area stand alone by themselves.
    if (node.name === 'title' || node.name === 'textarea') return []
    const own = !inside && rightToLeft.test(node.data ?? '') ? [node.data!.trim()] : []
    return [...own, ...(node.children ?? []).flatMap((child) => within(child, inside))]
  }
  return within(parseDocument(html) as Node, false)
}

/** Lines of plain text in which these words stand beside others without being set apart. */
export function turnedRound(text: string, words: string): string[] {
  return text.split('\n').filter((line) => {
    const rest = line.replace(isolates, '')
    return rest.includes(words) && /[\p{L}\p{N}]/u.test(rest.replaceAll(words, ''))
  })
}

/** True when whatever sets text apart in a line also ends in it, so that it reaches no further. */
export function endsWhatItSetsApart(text: string): boolean {
  return text.split('\n').every((line) => !/[\u2066-\u2069]/u.test(line.replace(isolates, '')))
}
