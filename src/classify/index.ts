export type { Classifier, RefinedVerdict, Refinement, Refusal, Verdict } from './classifier.ts'
export { type Evaluation, evaluate } from './evaluate.ts'
export { createLlmJudge, fileCache, refine } from './llm/index.ts'
export { loadClassifier } from './load.ts'
