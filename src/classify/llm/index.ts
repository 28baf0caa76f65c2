export { type AnswerCache, fileCache } from './file-cache.ts'
export { createLlmJudge, type Judge, type Judgement, type JudgeOptions, type Refusal } from './judge.ts'
export { refine } from './refine.ts'
