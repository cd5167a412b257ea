/** An orderly end within Heroku's 30 seconds: running requests finish, idle connections close, nothing is cut off early. */
import type { Server } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

/** Heroku's router goes on sending requests for a moment after SIGTERM. */
const routerLagMs = 1500
const idleSweepMs = 250
/** Heroku kills at 30 s. */
const deadlineMs = 25_000

/** Closes the server. `lagMs` is how long new connections are still taken; resolves when the last one is gone. */
export async function drain(server: Server, lagMs = routerLagMs): Promise<void> {
  await delay(lagMs)
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // A socket that was busy at the close goes back to keep-alive and would hold it for the whole keepAliveTimeout.
  const sweep = setInterval(() => server.closeIdleConnections(), idleSweepMs)
  const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs)
  await closed
  clearInterval(sweep)
  clearTimeout(deadline)
}
