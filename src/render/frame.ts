import { legend } from './directions.ts'
import type { Templates } from './templates.ts'

/** Fills the template of a page; `path` is its address, empty where it has none that lasts. */
export type PageTemplate = (path: string, title: string, view: object) => string

export interface Frame {
  /** The path the pages stand under, without a slash at its end. */
  base: string
  /** The template `pages/NAME` within what all pages have round them. */
  page(name: string): PageTemplate
}

/** A link of a page that has not much else: where to go from here. */
export interface WayOn {
  href: string
  label: string
}

const about =
  'Freehold watches the news for signs that the stock of open AI models is being renewed, and publishes what it finds ' +
  'once a week.'

/** What stands round every web page; `publicUrl` is where they are read, without a slash at its end. */
export function pageFrame(templates: Templates, publicUrl: string): Frame {
  // Links within the pages hold wherever a proxy puts them; only the path belongs to them.
  const base = new URL(publicUrl).pathname.replace(/\/$/, '')
  return {
    base,
    page(name) {
      const template = templates.html(`pages/${name}`)
      return (path, title, view) =>
        template({
          title: title ? `${title} · Freehold` : 'Freehold: is the stock of open AI models being renewed?',
          description: about,
          canonical: path === '' ? '' : `${publicUrl}${path}`,
          isHome: path === '/',
          nav: [
            { href: `${base}/digests`, label: 'Digests', here: path.startsWith('/digests') },
            { href: `${base}/ideas`, label: 'Ideas', here: path.startsWith('/ideas') },
            { href: `${base}/wiki`, label: 'Wiki', here: path.startsWith('/wiki') },
            { href: `${base}/subscribe`, label: 'Subscribe', here: path === '/subscribe' },
          ],
          legend,
          base,
          ...view,
        })
    },
  }
}

/** Where somebody can go who has come to a page that leads no further. */
export function waysOn(base: string): WayOn[] {
  return [
    { href: `${base}/`, label: 'The front page' },
    { href: `${base}/digests`, label: 'All digests' },
    { href: `${base}/ideas`, label: 'The five ideas' },
    { href: `${base}/wiki`, label: 'The wiki' },
  ]
}
