/** Faults that the emulator can inject, and the log of its calls. */
import { type Fault as CommonFault, spoiled as spoiledOnce } from '../dropbox/faults.ts'
import { errorBody, Refusal } from './refusals.ts'

/** Kinds of calls, by method and path. */
export type DriveRoute =
  | 'authorize'
  | 'token'
  | 'revoke'
  | 'files.list'
  | 'files.get'
  | 'files.download'
  | 'files.generateIds'
  | 'files.create'
  | 'files.update'
  | 'files.delete'
  | 'upload.multipart'
  | 'upload.media'
  | 'upload.start'
  | 'upload.chunk'
  | 'drives.list'
  | 'drives.get'
  | 'about.get'
  | 'thumbnail'

/** One request, as the emulator received it. */
export interface DriveCall {
  route: DriveRoute | 'unknown'
  /** Name of the account that owns the request's token. */
  account: string | undefined
  method: string
  /** URL of the request, which must contain no secret. */
  url: string
  /** Milliseconds since 1970. */
  at: number
  /** Status of the answer; `undefined` while the call is in progress and after a broken connection. */
  status: number | undefined
}

export type DriveFault =
  | CommonFault
  /** Runs the route twice, as a proxy does that repeats a request, and returns the second answer. */
  | { kind: 'twice' }

/** Decides for each request whether to inject a fault. */
export type DriveFaultRule = (call: DriveCall) => DriveFault | undefined

/** Applies the fault around `answer`. Throws `ConnectionBroken` if no answer may arrive. */
export async function spoiled(
  fault: DriveFault | undefined,
  answer: () => Promise<Response>,
): Promise<Response> {
  if (fault?.kind !== 'twice') return spoiledOnce(fault, answer)
  await (await answer()).body?.cancel()
  return answer()
}

/** Injects the fault at the `nth` request of this route from now on (1 is the next), `times` requests in all. */
export function onRoute(route: DriveRoute, fault: DriveFault, { nth = 1, times = 1 } = {}): DriveFaultRule {
  return counted((call) => call.route === route, fault, nth, times)
}

/** Injects the fault at the `nth` request of any kind from now on. */
export function onNthCall(nth: number, fault: DriveFault, times = 1): DriveFaultRule {
  return counted(() => true, fault, nth, times)
}

function counted(
  matches: (call: DriveCall) => boolean,
  fault: DriveFault,
  nth: number,
  times: number,
): DriveFaultRule {
  let seen = 0
  return (call) => {
    if (!matches(call)) return undefined
    seen += 1
    return seen >= nth && seen < nth + times ? fault : undefined
  }
}

/** Answers with an error of Google's, by its reason. */
export function refusedWith(status: number, reason: string, message: string, domain = 'global'): DriveFault {
  const headers = { 'content-type': 'application/json; charset=UTF-8' }
  return {
    kind: 'answer',
    status,
    body: errorBody(new Refusal(status, reason, message, { domain })),
    headers,
  }
}

/** Answers 403 for too many calls: not a matter of permissions. */
export const rateLimited = (reason = 'userRateLimitExceeded'): DriveFault =>
  refusedWith(403, reason, 'User Rate Limit Exceeded', 'usageLimits')

/** Answers 429 in the same form. */
export const tooManyRequests = (): DriveFault =>
  refusedWith(429, 'rateLimitExceeded', 'Rate Limit Exceeded', 'usageLimits')

export const backendError = (status = 503): DriveFault =>
  refusedWith(status, 'backendError', status === 500 ? 'Internal Error' : 'Backend Error')
