import { parentPort, workerData } from 'node:worker_threads'
import type { Example, Idea } from '../model/index.ts'
import { toText } from './model.ts'
import { train } from './train.ts'

const { examples, ideas } = workerData as { examples: Example[]; ideas: Idea[] }
parentPort?.postMessage(toText(train(examples, ideas)))
