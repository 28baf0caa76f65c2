import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A wiki of one idea with a few labels, from which is learned in no time. Gives its folder. */
export function writeSmallWiki(dir: string): string {
  const wiki = join(dir, 'small-wiki')
  mkdirSync(join(wiki, 'labels'), { recursive: true })
  const idea =
    '{order: 1, name: Renewal, definition: Open models come out or go., signals: {about: [weights]}}'
  writeFileSync(
    join(wiki, 'renewal.md'),
    `---\nid: renewal\ntitle: Renewal\naliases: []\nrelated: []\nidea: ${idea}\n---\n\nThe stock of open models is renewed.\n`,
  )
  writeFileSync(join(wiki, 'codebook.md'), '# Codebook\n\nLabel what bears on renewal.\n')
  const lines = Array.from({ length: 60 }, (_, i) => {
    const opens = i % 2 === 0
    const title = opens ? `Heron ${i} is out with open weights` : `The garden club meets on day ${i}`
    return JSON.stringify({
      id: `small-${i}`,
      kind: 'press',
      title,
      labels: opens ? { renewal: 'opens' } : {},
    })
  })
  writeFileSync(join(wiki, 'labels', 'small.jsonl'), `${lines.join('\n')}\n`)
  return wiki
}
