import { type FeedLists, type Finding, type Severity, severities } from '../feeds/index.ts'
import { problemLine } from '../lib/text/index.ts'

/** What a check came to. */
export interface CheckSummary {
  findings: Finding[]
  feeds: number
  /** Null where nothing was fetched. */
  looked: number | null
  open: string[]
  /** Files whose feeds are left out; how many entries seem to stand in each. */
  leftOut?: FeedLists['leftOut']
}

/** `feeds/labs.yaml:14: warning: ai2: It answers, but …`; what keeps a list from being read comes without a word. */
export function findingLine(finding: Finding): string {
  const { kind, feed, file, line, severity, message } = finding
  return kind === 'list' ? problemLine(finding) : `${file}:${line}: ${severity}: ${feed}: ${message}`
}

/** Warnings of plain http from so many on are one line. */
const manyAlike = 3

/** The findings without those on plain http where these are many; of those one line, with each feed and its place. */
export function apart(findings: Finding[]): { alike: string | null; others: Finding[] } {
  const isPlain = ({ kind, suggestion }: Finding) => kind === 'http' && suggestion === null
  const plain = findings.filter(isPlain)
  if (plain.length < manyAlike) return { alike: null, others: findings }
  const places = plain.map(({ feed, file, line }) => `${feed} (${file}:${line})`).join(', ')
  const alike = `warning: plain http, which anybody on the way can read and change: ${plain.length} feeds: ${places}.`
  return { alike, others: findings.filter((one) => !isPlain(one)) }
}

/** `74 feeds: all in order.`, or how many findings there are of what sort. */
export function summary(report: CheckSummary): string {
  const { leftOut = [] } = report
  const files = leftOut.map(({ file }) => file)
  if (files.length === 0) return counts(report)
  const entries = leftOut.reduce((sum, one) => sum + (one.entries ?? 0), 0)
  const isKnown = entries > 0 && leftOut.every((one) => one.entries !== null)
  const left = isKnown ? `its ${counted(entries, 'entry')}` : 'what is in it'
  const them = files.length === 1 ? left : left.replace('its', 'their').replace('in it', 'in them')
  const verb = isKnown && entries === 1 ? 'is' : isKnown ? 'are' : 'is'
  return `${counts(report)} ${listed(files)} could not be read, so that ${them} ${verb} left out.`
}

function counts({ findings, feeds, looked }: CheckSummary): string {
  const of = looked === null ? counted(feeds, 'feed') : `${counted(looked, 'feed')} looked at`
  if (looked === 0 && findings.length === 0)
    return 'No feed was to be looked at: no enabled entry has changed.'
  const found = severities
    .map((severity) => [findings.filter((one) => one.severity === severity).length, severity] as const)
    .filter(([n]) => n > 0)
    .map(([n, severity]) => counted(n, severity))
  return found.length === 0 ? `${of}: all in order.` : `${of}: ${listed(found)}.`
}

const levels: Record<Severity, string> = { error: 'error', warning: 'warning', note: 'notice' }

/** A finding as GitHub shows it beside the line it is about (workflow commands). */
export function annotation(finding: Finding): string {
  const { kind, feed, file, line, severity } = finding
  const data = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
  const title = feed === null ? kind : `${feed}: ${kind}`
  return `::${levels[severity]} file=${property(file)},line=${line},title=${property(title)}::${data(saidOf(finding))}`
}

/** Of what is wrong in a file, the field it is about comes first. */
function saidOf({ kind, field, where = field, message }: Finding): string {
  return kind === 'list' && where ? `${where}: ${message}` : message
}

const headings: Record<Severity, string> = { error: 'Errors', warning: 'Warnings', note: 'Notes' }

/** The report for an issue on GitHub: a table of each severity, the suggested edits below it. */
export function findingsMarkdown(report: CheckSummary, hunkFor: (finding: Finding) => string | null): string {
  const parts = [`**${summary(report)}**`]
  for (const severity of severities) {
    const found = report.findings.filter((one) => one.severity === severity)
    if (found.length === 0) continue
    parts.push(`## ${headings[severity]}`)
    parts.push(
      [
        '| feed | what | where |',
        '|---|---|---|',
        ...found.map((one) => {
          const cells = [one.feed ?? '–', saidOf(one), `${one.file}:${one.line}`]
          return `| ${cells.map(cell).join(' | ')} |`
        }),
      ].join('\n'),
    )
    const hunks = found.flatMap((one) => hunkFor(one) ?? [])
    if (hunks.length === 0) continue
    const edits = ['```diff', ...hunks, '```'].join('\n')
    parts.push(`<details><summary>Suggested edits</summary>\n\n${edits}\n\n</details>`)
  }
  parts.push(...report.open.map((sentence) => `Not judged: ${sentence}`))
  if (report.findings.some(({ suggestion }) => suggestion !== null)) {
    parts.push('`npx freehold feeds check --online --apply` writes the edits of errors and warnings.')
  }
  return parts.join('\n\n')
}

/** Text of others in a table: nothing in it acts, mentions nobody, and stays in its cell. */
function cell(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_[\]<>|~#]/g, '\\$&')
    .replace(/@(?=\w)/g, '@\u2060')
}

function counted(n: number, word: string): string {
  return `${n} ${n === 1 ? word : word.replace(/y?$/, (end) => (end ? 'ies' : 's'))}`
}

function listed(all: string[]): string {
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`
}
