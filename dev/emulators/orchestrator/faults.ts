/** Ways in which the emulated orchestrator can misbehave. */

export type Fault =
  /** Answers so, whatever was asked. */
  | { kind: 'answer'; status: number; headers?: Record<string, string>; body: string | null }
  /** Breaks the connection before anything is answered. */
  | { kind: 'reset' }
  /** Withholds the usual answer until the promise is fulfilled. */
  | { kind: 'hold'; wait: () => Promise<void> }

/** The connection breaks. */
export const reset: Fault = { kind: 'reset' }

/** 500, 503 or another error of the server. Without `retryAfter` there is no such header. */
export function serverError(status = 503, retryAfter?: number | string): Fault {
  return { kind: 'answer', status, headers: retryAfterHeader(retryAfter), body: 'Server Error' }
}

export function tooManyRequests(retryAfter?: number | string): Fault {
  return { kind: 'answer', status: 429, headers: retryAfterHeader(retryAfter), body: null }
}

/** 200 with a text that is no JSON: by default a page in place of the service. */
export function malformedJson(body = '<html>maintenance</html>'): Fault {
  return { kind: 'answer', status: 200, headers: { 'content-type': 'application/json' }, body }
}

/** 200 with JSON that is not what the contract says. */
export function wrongShape(value: unknown = { unexpected: true }): Fault {
  return malformedJson(JSON.stringify(value))
}

export interface Gate {
  /** Holds each call until the gate is open; give it to `spoil`. */
  fault: Fault
  /** Resolves when so many calls stand before the gate, counted from the beginning. */
  waiting(count?: number): Promise<void>
  /** Lets all through, those of later too. */
  open(): void
}

/** An orchestrator that is slow for exactly as long as a test wants, without a clock. */
export function createGate(): Gate {
  const opened = Promise.withResolvers<void>()
  const watchers: { count: number; resolve: () => void }[] = []
  let arrived = 0
  return {
    fault: {
      kind: 'hold',
      wait() {
        arrived += 1
        for (const { count, resolve } of watchers) if (arrived >= count) resolve()
        return opened.promise
      },
    },
    waiting(count = 1) {
      if (arrived >= count) return Promise.resolve()
      const { promise, resolve } = Promise.withResolvers<void>()
      watchers.push({ count, resolve })
      return promise
    },
    open: opened.resolve,
  }
}

function retryAfterHeader(value: number | string | undefined): Record<string, string> {
  return value === undefined ? {} : { 'retry-after': String(value) }
}
