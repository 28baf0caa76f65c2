import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type Handlebars from 'handlebars'
import type Juice from 'juice'

const require = createRequire(import.meta.url)

export type Template = (view: object) => string

export interface Templates {
  /** A page, a mail or a feed: what is put in is escaped. */
  html(name: string): Template
  /** Plain text: nothing is escaped. */
  text(name: string): Template
}

/** A template that can't be read, understood or filled; the message begins with its file. */
export class TemplateError extends Error {
  override name = 'TemplateError'
}

export type Helpers = Record<string, Handlebars.HelperDelegate>

const ending = /\.(html|text|xml)\.hbs$/

/**
 * Compiles every template of a folder once. `NAME.text.hbs` is plain text, `NAME.html.hbs` and `NAME.xml.hbs` are
 * escaped; each can use those of its own sort as partials by NAME. The styles of mails are put inline here.
 */
export function loadTemplates(dir: string, textHelpers: Helpers): Templates {
  // Loaded here, for those commands that show something.
  const { create }: typeof Handlebars = require('handlebars')
  const html = create()
  const text = create()
  text.registerHelper(textHelpers)
  for (const file of templateFiles(dir)) {
    const plainText = file.endsWith('.text.hbs')
    const environment = plainText ? text : html
    environment.registerPartial(file.replace(ending, ''), compile(environment, dir, file, plainText))
  }
  return { html: (name) => find(html, dir, name), text: (name) => find(text, dir, name) }
}

function templateFiles(dir: string): string[] {
  try {
    const files = readdirSync(dir, { recursive: true, encoding: 'utf8' })
    return files.map((file) => file.replaceAll('\\', '/')).filter((file) => ending.test(file))
  } catch (error) {
    throw new TemplateError(`${dir}: the templates can't be read (${message(error)}); see TEMPLATES_DIR.`)
  }
}

function compile(
  environment: typeof Handlebars,
  dir: string,
  file: string,
  noEscape: boolean,
): Handlebars.Template {
  const path = join(dir, file)
  const compiled = named(path, () => {
    const source = readFileSync(path, 'utf8')
    const isMail = file.startsWith('email') && !noEscape
    // Parsed here and not at first use, so that a fault shows at the start.
    return environment.compile(environment.parse(isMail ? inlined(source) : source), {
      noEscape,
      strict: true,
    })
  })
  // Partials are called with the options of their caller, which the types do not say.
  return (context, options) => named(path, () => compiled(context, options))
}

/** A mail's styles moved to its elements. Its tool takes 0.1 s to load, for which not every command has a use. */
function inlined(source: string): string {
  const juice: typeof Juice = require('juice').default
  return juice(source)
}

function find(environment: typeof Handlebars, dir: string, name: string): Template {
  const template = environment.partials[name]
  if (!template) throw new TemplateError(`${join(dir, name)}.*.hbs is missing; see TEMPLATES_DIR.`)
  return (view) => template(view)
}

function named<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    if (error instanceof TemplateError) throw error
    throw new TemplateError(`${path}: ${message(error)}`, { cause: error })
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
