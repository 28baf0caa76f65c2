import type { Command } from 'commander'
import type { ChannelSubscription } from '../model/index.ts'
import { openToRead } from './existing-database.ts'
import { print, printJson, table } from './output.ts'
import { config } from './settings.ts'

export function addChannels(program: Command): void {
  const channels = program
    .command('channels')
    .summary('Discord channels that have subscribed')
    .description('Discord channels that have subscribed with /subscribe.')
  channels
    .command('list')
    .description('Lists them: what each gets, and what is wrong with those that are paused or failing.')
    .option('--json', 'print as JSON')
    .action(async (options: { json?: boolean }) => {
      const store = await openToRead(config())
      try {
        const all = await store.channels.list()
        if (options.json) printJson(all)
        else if (all.length === 0) {
          print('No channel has subscribed yet; /subscribe in Discord does it.')
        } else {
          const rows = all.map((one) => [one.channel, one.kind, one.mode, choiceOf(one), stateOf(one)])
          print(table([['channel', 'kind', 'gets', 'of', 'state'], ...rows]))
        }
      } finally {
        await store.close()
      }
    })
}

function choiceOf({ ideas, directions }: ChannelSubscription): string {
  return [ideas.join(',') || 'all ideas', directions.join(',')].filter(Boolean).join(' · ')
}

function stateOf({ pausedAt, failures, lastError }: ChannelSubscription): string {
  if (pausedAt !== null) return `paused: ${lastError}`
  return failures > 0
    ? `failed ${failures === 1 ? 'once' : `${failures} times in a row`}: ${lastError}`
    : (lastError ?? 'fine')
}
