import { parentPort, workerData } from 'node:worker_threads'
import type { Example, Idea } from '../model/index.ts'
import { directionsText, ideasText } from './model.ts'
import { type GivenCalibration, learnDirections, learnIdeas } from './train.ts'

/** What is to be learned. */
export interface Lesson {
  examples: Example[]
  ideas: Idea[]
  calibration?: GivenCalibration
}

/** The two parts of a model are learned beside each other. */
export type Part = 'ideas' | 'directions'

const { lesson, part } = workerData as { lesson: Lesson; part: Part }
const { examples, ideas, calibration } = lesson
parentPort?.postMessage(
  part === 'ideas'
    ? ideasText(learnIdeas(examples, ideas, calibration))
    : directionsText(learnDirections(examples, ideas)),
)
