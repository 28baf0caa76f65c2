export type { Classifier, Verdict } from './classifier.ts'
export { type Evaluation, evaluate } from './evaluate.ts'
export { loadClassifier } from './load.ts'
