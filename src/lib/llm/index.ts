export { type ChatRequest, createLlm, type Llm, type LlmCheck, type LlmOptions } from './client.ts'
export type { LlmFailure, LlmFailureReason, LlmOutcome } from './outcome.ts'
