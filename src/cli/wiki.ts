import type { Command } from 'commander'
import { problemLine } from '../lib/text/index.ts'
import { checkLabels, checkPages, ideasOf, passagesOf, readPages, readQuestions } from '../wiki/index.ts'
import { Failure } from './failure.ts'
import { print, printJson, table } from './output.ts'
import { config } from './settings.ts'
import { addWikiImport } from './wiki-import.ts'
import { loadWiki, shown } from './wiring.ts'

export function addWiki(program: Command): void {
  const wiki = program
    .command('wiki')
    .summary('the concept pages')
    .description('The concept pages and key ideas.')
  wiki
    .command('list')
    .description('Lists the pages; those with a number are key ideas, in the order of a digest.')
    .option('--json', 'print as JSON')
    .action(async (options: { json?: boolean }) => {
      const { pages } = await loadWiki(config())
      if (options.json) {
        printJson(
          pages.map(({ id, title, aliases, related, idea }) => ({
            id,
            title,
            aliases,
            related,
            idea: idea !== null,
          })),
        )
        return
      }
      const rows = pages.map((page) => [page.idea ? String(page.idea.order) : '', page.id, page.title])
      print(table([['', 'id', 'title'], ...rows]))
    })
  wiki
    .command('show')
    .argument('<id>', 'id, title or another name of a page')
    .description('Prints a page as Markdown.')
    .option('--json', 'print as JSON')
    .action(async (name: string, options: { json?: boolean }) => {
      const { pages } = await loadWiki(config())
      const wanted = name.toLowerCase()
      const page = pages.find((one) =>
        [one.id, one.title, ...one.aliases].some((is) => is.toLowerCase() === wanted),
      )
      if (!page) throw new Failure(`The wiki has no page called ${name}; freehold wiki list shows them.`)
      if (options.json) printJson(page)
      else print(`# ${page.title}\n\n${page.markdown.trim()}`)
    })
  wiki
    .command('check')
    .description(
      'Finds dead links, missing fields, duplicate ids, wrong labels, labelled items too alike and questions whose answer is\n' +
        'not where they say, with file and line.',
    )
    .option('--json', 'print as JSON')
    .action(async (options: { json?: boolean }) => {
      const settings = config()
      const where = shown(settings, settings.wikiDir)
      const set = await readPages(settings.wikiDir, where)
      const ideas = ideasOf(set.pages)
      // A page that can't be read would make every label of its idea a fault of its own.
      const unread = set.problems.length > 0
      const labels = unread ? null : await checkLabels(settings.wikiDir, ideas, where)
      const questions = unread ? null : await readQuestions(settings.wikiDir, passagesOf(set.pages), where)
      const problems = [...checkPages(set), ...(labels?.problems ?? []), ...(questions?.problems ?? [])]
      if (options.json) {
        printJson({
          pages: set.pages.length,
          labels: labels?.examples.length ?? null,
          questions: questions?.questions.length ?? null,
          problems,
        })
      } else if (problems.length === 0) {
        print(
          `${set.pages.length} pages, ${ideas.length} of them key ideas, and ${labels?.examples.length} labels, ${questions?.questions.length} questions: all in order.`,
        )
      } else {
        for (const problem of problems) print(problemLine(problem))
        if (unread) print('The labels and questions are checked when every page can be read.')
      }
      if (problems.length) process.exitCode = 1
    })
  addWikiImport(wiki)
}
