import type { Progress } from '../jobs/index.ts'

const width = 24

/** A progress bar on stderr while it is a terminal; silent otherwise. `end` clears it. */
export function progressBar(what: string): { update: Progress; end(): void } {
  const stream = process.stderr
  if (!stream.isTTY) return { update: () => undefined, end: () => undefined }
  return {
    update(done, total, label) {
      const filled = total === 0 ? width : Math.round((width * done) / total)
      const bar = '█'.repeat(filled) + '░'.repeat(width - filled)
      const line = `${what} ${bar} ${done}/${total} ${label}`
      stream.write(`\r\x1b[K${[...line].slice(0, (stream.columns ?? 80) - 1).join('')}`)
    },
    end: () => void stream.write('\r\x1b[K'),
  }
}
