import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Bench, inTurns, median, timed, written } from './bench.ts'
import { connections, readers } from './mail-load.ts'
import type { Mode, Sent } from './mail-run.ts'
import { inProcess, noSmtpTools, smtpTools, startSink } from './processes.ts'

const rounds = 3

/** Durable personal mail against Postfix's own source of mails, both into Postfix's own sink. */
export const mail: Bench = {
  name: 'mail',
  measures: `${written(readers)} personal mails of a digest through the real job, each claimed, begun and settled in the database, over ${connections} connections into Postfix's smtp-sink; against smtp-source, which sends as many mails of that size over as many connections and keeps no books.`,
  async run(say) {
    const tools = smtpTools()
    if (!tools) return { unable: noSmtpTools }
    const sink = await startSink(tools.sink)
    const byJob = (mode: Mode) => inProcess<Sent>('mail-run.ts', mode, String(sink.port))
    say('warming up')
    const { bytes } = await byJob('plain')
    const runs = await inTurns<string, Sent>(
      rounds,
      {
        'smtp-source': async () => ({
          perSecond: await bySource(tools.source, sink.port, bytes),
          bytes,
          megabytes: 0,
        }),
        plain: () => byJob('plain'),
        full: () => byJob('full'),
        signed: () => byJob('signed'),
      },
      say,
    )
    sink.stop()
    const speed = (name: string) => median(runs[name]!.map(({ perSecond }) => perSecond))
    const ceiling = speed('smtp-source')
    const figure = (what: string, name: string) => ({
      what,
      value: speed(name) / ceiling,
      unit: 'of smtp-source',
      from: `${written(speed(name))} against ${written(ceiling)} mails/s of ${written(bytes / 1000, 1)} KB`,
    })
    const peak = median(runs.plain!.map(({ megabytes }) => megabytes))
    return [
      { ...figure('personal e-mail, every mail in the books', 'plain'), goal: { atLeast: 0.2 } },
      figure('the same, safe from power cuts too (synchronous FULL)', 'full'),
      figure('the same, each mail signed (DKIM, RSA 2048)', 'signed'),
      {
        what: 'peak memory of the process that sends them',
        value: peak,
        unit: 'MB',
        from: `${rounds} runs`,
        goal: { atMost: 256 },
      },
    ]
  },
}

/** Mails a second of smtp-source. */
async function bySource(path: string, port: number, bytes: number): Promise<number> {
  const options = ['-d', '-s', String(connections), '-m', String(readers), '-l', String(bytes)]
  const addresses = ['-f', 'a@freehold.example', '-t', 'b@freehold.example', `127.0.0.1:${port}`]
  const { ms } = await timed(async () => {
    const [code] = await once(spawn(path, [...options, ...addresses], { stdio: 'ignore' }), 'exit')
    if (code !== 0) throw new Error(`smtp-source ended with ${code}.`)
  })
  return (readers / ms) * 1000
}
