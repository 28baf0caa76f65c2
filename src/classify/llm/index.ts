export { type AnswerCache, fileCache } from './file-cache.ts'
export { createLlmJudge, type Judge, type Judgement, type JudgeOptions } from './judge.ts'
export { refine } from './refine.ts'
