/** An orderly end within Heroku's 30 seconds: running requests finish, idle connections close, nothing is cut off early. */
import type { Server } from 'node:http'
import { pause } from '../base/time.ts'

/** Heroku's router goes on sending requests for a moment after SIGTERM. */
const routerLagMs = 1500
const idleSweepMs = 250
/** Heroku kills at 30 s; what goes on without its client gets the rest. */
export const cutMs = 26_500

export interface DrainOptions {
  /** How long new connections are still taken. Milliseconds. Default 1500. */
  lagMs?: number | undefined
  /** When connections that are still busy are cut, counted from the call. Milliseconds. Default 26,500. */
  deadlineMs?: number | undefined
}

/** Closes the server. Resolves when the last connection is gone, with the number of those that had to be cut. */
export async function drain(server: Server, options: DrainOptions = {}): Promise<number> {
  const { lagMs = routerLagMs, deadlineMs = cutMs } = options
  let cut = 0
  await pause(lagMs)
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // A socket that was busy at the close goes back to keep-alive and would hold it for the whole keepAliveTimeout.
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
