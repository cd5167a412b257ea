/** Failures of the Graph API: what each means, and what helps (Instagram Platform, "Error Codes"). */

/** Refusal in the API's own form. */
export interface GraphReason {
  code: number
  subcode: number | undefined
  isTransient: boolean
  /** The API's words for people, on one line. */
  words: string
  /** Time until calls are possible again, if the API says so. */
  waitMs: number | undefined
}

/** Error of one call. `unanswered`: the call may or may not have had its effect. `refused`: the call had no effect. */
export class GraphFailure extends Error {
  override readonly name = 'GraphFailure'
  readonly kind: 'unanswered' | 'refused'
  readonly reason: GraphReason | undefined

  constructor(kind: GraphFailure['kind'], message: string, reason?: GraphReason) {
    super(message)
    this.kind = kind
    this.reason = reason
  }
}

/**
 * Meaning of a refusal.
 * - `trouble`: trouble at Instagram. The same call may succeed later.
 * - `fetch_failed`: Instagram could not get the picture. A new container may help.
 * - `container_lost`: the container failed, expired or is unknown. A new container helps.
 * - `not_ready`: the container is not ready yet.
 * - `missing`: the object does not exist for this token.
 */
export type Meaning =
  | 'trouble'
  | 'fetch_failed'
  | 'container_lost'
  | 'not_ready'
  | 'missing'
  | 'picture'
  | 'caption'
  | 'quota'
  | 'calls'
  | 'blocked'
  | 'restricted'
  | 'token'
  | 'permission'
  | 'other'

const bySubcode: ReadonlyMap<number, Meaning> = new Map([
  [2207001, 'trouble'],
  [2207085, 'trouble'],
  [2207003, 'fetch_failed'],
  [2207052, 'fetch_failed'],
  [2207006, 'container_lost'],
  [2207008, 'container_lost'],
  [2207020, 'container_lost'],
  [2207032, 'container_lost'],
  [2207053, 'container_lost'],
  [2207027, 'not_ready'],
  [2207004, 'picture'],
  [2207005, 'picture'],
  [2207009, 'picture'],
  [2207010, 'caption'],
  [2207042, 'quota'],
  [2207051, 'blocked'],
  [2207050, 'restricted'],
  [33, 'missing'],
])

const byCode: ReadonlyMap<number, Meaning> = new Map([
  [9, 'quota'],
  [4, 'calls'],
  [17, 'calls'],
  [32, 'calls'],
  [613, 'calls'],
  [80002, 'calls'],
  [102, 'token'],
  [190, 'token'],
  [10, 'permission'],
  [803, 'permission'],
  [25, 'restricted'],
  [368, 'blocked'],
  [9004, 'fetch_failed'],
  [9007, 'not_ready'],
  [36000, 'picture'],
  [36001, 'picture'],
  [36003, 'picture'],
  [1, 'trouble'],
  [2, 'trouble'],
  [-1, 'trouble'],
  [-2, 'trouble'],
])

/** Returns the meaning of a refusal. Sub-codes say more than codes: code 4 is a limit on calls, and 4 with 2207051 a block. */
export function meaningOf({ code, subcode, isTransient }: GraphReason): Meaning {
  const known = (subcode !== undefined && bySubcode.get(subcode)) || byCode.get(code)
  if (known) return known
  if (code >= 200 && code < 300) return 'permission'
  return isTransient ? 'trouble' : 'other'
}

/** Checks if a refusal with one of these meanings is the cause. */
export function means(error: unknown, ...meanings: readonly Meaning[]): boolean {
  return (
    error instanceof GraphFailure && error.reason !== undefined && meanings.includes(meaningOf(error.reason))
  )
}

/** Returns the failure of a container, whose `status` names its sub-code in words: "... error code 2207003". */
export function containerFailure(status: string): GraphFailure {
  const subcode = Number(/\b(2207\d{3})\b/.exec(status.slice(0, 1000))?.[1] ?? 2207032)
  const reason = { code: -1, subcode, isTransient: false, words: '', waitMs: undefined }
  return new GraphFailure('refused', `the container failed with sub-code ${subcode}`, reason)
}
