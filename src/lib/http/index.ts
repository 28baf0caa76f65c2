export { createHttp, type GetOptions, type Http, type HttpOptions } from './client.ts'
export type { FailureReason, HttpFailure, HttpOutcome, HttpResponse } from './outcome.ts'
export { isPrivateAddress } from './private-address.ts'
