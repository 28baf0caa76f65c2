import { pino } from 'pino'
import type { Config } from '../config.ts'
import { logFacts } from '../lib/log/index.ts'
import { steeringEscaped } from './output.ts'
import { hiderOf } from './secrets.ts'

/**
 * The log: JSON Lines on stderr, without secrets; each line names the run, the request or the interaction it belongs to. A command run by hand reports in its own words and logs only errors,
 * unless LOG_LEVEL asks for more.
 */
export function openLog(config: Config, kind: 'service' | 'command') {
  const asked = process.env.LOG_LEVEL !== undefined || config.logLevel !== 'info'
  const level = kind === 'service' || asked ? config.logLevel : 'error'
  const hide = hiderOf(config)
  return pino(
    {
      level,
      base: null,
      mixin: logFacts,
      timestamp: pino.stdTimeFunctions.isoTime,
      hooks: { streamWrite: (line) => steeringEscaped(hide(line)) },
    },
    pino.destination({ fd: 2, sync: true }),
  )
}
