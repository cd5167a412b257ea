/** Graceful shutdown within Heroku's 30 seconds: running requests finish, and idle connections close. */
import type { Server } from 'node:http'
import { pause } from '../base/time.ts'

/** Heroku's router still sends requests for a moment after SIGTERM. */
const routerLagMs = 1500
const idleSweepMs = 250
/** Heroku kills the process at 30 s. The remaining time is for background work. */
export const cutMs = 26_500

export interface DrainOptions {
  /** Time for which new connections are still accepted. Default 1500. */
  lagMs?: number | undefined
  /** Time from the call until busy connections are cut. Default 26,500. */
  deadlineMs?: number | undefined
}

/** Closes the server. Resolves when the last connection is closed, with the number of connections that were cut. */
export async function drain(server: Server, options: DrainOptions = {}): Promise<number> {
  const { lagMs = routerLagMs, deadlineMs = cutMs } = options
  let cut = 0
  await pause(lagMs)
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // A socket that was busy at the close returns to keep-alive and would delay the end by the whole keepAliveTimeout.
  const sweep = setInterval(() => server.closeIdleConnections(), idleSweepMs)
  const deadline = setTimeout(() => {
    server.getConnections((_error, count) => {
      cut = count
      server.closeAllConnections()
    })
  }, deadlineMs - lagMs)
  await closed
  clearInterval(sweep)
  clearTimeout(deadline)
  return cut
}
