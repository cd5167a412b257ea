/** Results of a soak. */
import type { BystanderWaits } from './bystander.ts'
import type { FloodAnswers } from './floods.ts'
import type { Incidents } from './incidents.ts'
import type { Finding } from './rules.ts'
import type { Window } from './troubles.ts'
import type { VisitCosts } from './visits.ts'

export interface Outcome {
  startedAt: number
  seconds: number
  tenants: number
  clients: number
  /** Latency of each request to S3 and Dropbox. */
  storageMs: number
  seed: number
  /** Answers by status; 0 for broken connections. */
  statuses: ReadonlyMap<number, number>
  incidents: Incidents
  windows: readonly Window[]
  /** Posts and mails that arrived. */
  arrived: number
  /** Changes that had to be repeated at the end. */
  unfinished: number
  peakMegabytes: number
  longestPauseMs: number
  /** Waits of a visitor of another gallery, without and with floods. */
  bystander: BystanderWaits
  /** Reads of S3 and Dropbox per visitor. */
  visits: VisitCosts
  floods: FloodAnswers
  photos: number
  findings: readonly Finding[]
}
