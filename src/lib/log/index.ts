import { AsyncLocalStorage } from 'node:async_hooks'

/** What log lines of one piece of work have in common: the run of a job, a request, an interaction. */
export type LogFacts = Readonly<Record<string, string>>

const storage = new AsyncLocalStorage<LogFacts>()

/** Does `work`; each log line that is written meanwhile, however deep in it, bears `facts` beside its own. */
export function withLogFacts<T>(facts: LogFacts, work: () => T): T {
  return storage.run({ ...storage.getStore(), ...facts }, work)
}

/** What a log line that is written now has to bear; nothing outside of `withLogFacts`. A copy: pino writes into it. */
export function logFacts(): LogFacts {
  return { ...storage.getStore() }
}
