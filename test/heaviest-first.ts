import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take longest by themselves, whatever else runs; all that is begun late keeps the others waiting. */
const heaviest = [
  ...['test/torture/', 'test/machines/', 'test/service/start', 'test/mail/kill', 'test/service/'],
  ...['test/labels/', 'test/feeds/', 'test/browser/', 'test/classify/'],
]

/** Begins with the files that are known to take longest, also where no earlier run has measured them. */
export class HeaviestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = heaviest.findIndex((part) => moduleId.includes(`/${part}`))
      return at < 0 ? heaviest.length : at
    }
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}
