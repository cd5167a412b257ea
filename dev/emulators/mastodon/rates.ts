/** Rate limits (Mastodon API, "Rate limits"; rack_attack.rb). */
import { Refusal } from './answers.ts'

export interface Rates {
  /** Requests of a token in 5 minutes. Default: 300. */
  requests?: number
  /** Uploads of a token in 30 minutes. Default: 30. */
  uploads?: number
  /** Deletions of a token in 30 minutes. Default: 30. */
  deletions?: number
}

interface Bucket {
  count: number
  resetsAt: number
}

const minuteMs = 60_000

/** Creates a counter. It returns the headers of the answer, and throws 429 beyond a limit. */
export function rateCounter({ requests = 300, uploads = 30, deletions = 30 }: Rates, now: () => number) {
  const buckets = new Map<string, Bucket>()

  function take(name: string, limit: number, periodMs: number): Record<string, string> {
    const known = buckets.get(name)
    const bucket = known && known.resetsAt > now() ? known : { count: 0, resetsAt: now() + periodMs }
    bucket.count += 1
    buckets.set(name, bucket)
    const headers = {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(Math.max(0, limit - bucket.count)),
      'x-ratelimit-reset': new Date(bucket.resetsAt).toISOString(),
    }
    // The real answer has no `Retry-After`.
    if (bucket.count > limit) throw new Refusal(429, 'Too many requests', headers)
    return headers
  }

  return (token: string, method: string, path: string): Record<string, string> => {
    const general = take(`requests ${token}`, requests, 5 * minuteMs)
    if (method === 'POST' && /^\/api\/v\d\/media$/.test(path)) {
      return take(`uploads ${token}`, uploads, 30 * minuteMs)
    }
    if (method === 'DELETE') return take(`deletions ${token}`, deletions, 30 * minuteMs)
    return general
  }
}
