import { parentPort, workerData } from 'node:worker_threads'
import type { Example, Idea } from '../model/index.ts'
import { toText } from './model.ts'
import { type GivenCalibration, train } from './train.ts'

/** What the worker is given. */
export interface Lesson {
  examples: Example[]
  ideas: Idea[]
  calibration?: GivenCalibration
}

const { examples, ideas, calibration } = workerData as Lesson
parentPort?.postMessage(toText(train(examples, ideas, calibration)))
