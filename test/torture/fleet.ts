import { type Service, startService } from './service.ts'
import type { World } from './world.ts'

/** The processes of the service that are there. */
export interface Fleet {
  services: Service[]
  /** How processes ended that nobody had told to. */
  crashes: string[]
  /** Sentences of warnings and errors, by how often they were said, without what differs in them. */
  said: Map<string, number>
  /** Starts one more and resolves when it runs. */
  start(): Promise<Service>
  /** Kills one and forgets it. */
  kill(service: Service): Promise<void>
  /** Stops one in good order; gives what it has left behind. */
  stop(service: Service): Promise<string[]>
  /** Ends all, whatever they are at. */
  close(): Promise<void>
}

const mostCrashes = 5

export function createFleet(world: World): Fleet {
  const services: Service[] = []
  const crashes: string[] = []
  const said = new Map<string, number>()
  const forget = (service: Service) => void services.splice(services.indexOf(service) >>> 0, 1)

  function hear(line: string): void {
    world.diary(line)
    try {
      const { level, msg, err } = JSON.parse(line) as {
        level: number
        msg: string
        err?: { message: string }
      }
      if (level < 40) return
      const sentence = `${msg}${err ? ` (${err.message})` : ''}`.replaceAll(/\d+/g, '#')
      said.set(sentence, (said.get(sentence) ?? 0) + 1)
    } catch {
      said.set(line, (said.get(line) ?? 0) + 1)
    }
  }

  const fleet: Fleet = {
    services,
    crashes,
    said,
    async start() {
      const service = startService(world.env, world.clock.file, {
        line: hear,
        died: (how) => {
          crashes.push(how)
          forget(service)
          // As systemd would; but what cannot even start is not started for ever.
          if (crashes.length < mostCrashes) void fleet.start().catch(() => undefined)
        },
      })
      services.push(service)
      await service.running
      return service
    },
    async kill(service) {
      forget(service)
      await service.kill()
    },
    async stop(service) {
      forget(service)
      const { code, left } = await service.stop()
      return code === 0 ? left : [...left, `it ended with ${code}`]
    },
    async close() {
      await Promise.all(services.splice(0).map((service) => service.kill()))
    },
  }
  return fleet
}
