/**
 * One Node host of the soak in a separate process, whose clock may be wrong. Reports its port and, each
 * second, the longest event loop delay to its parent. An uncaught error ends the process, so that the soak
 * notices it.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createLineWriter } from '../src/node/line-writer.ts'
import { startNodeHost } from '../src/node.ts'

const clockOffsetMs = Number(process.env.SOAK_CLOCK_OFFSET_MS ?? 0)
const lines = createLineWriter(process.stdout)
const host = await startNodeHost({
  variables: process.env,
  write: lines.write,
  now: () => Date.now() + clockOffsetMs,
})
const delay = monitorEventLoopDelay({ resolution: 10 })
delay.enable()
process.send?.({ port: host.port })
const reports = setInterval(() => {
  process.send?.({ delayMs: delay.max / 1e6 })
  delay.reset()
}, 1000)
process.once('SIGTERM', async () => {
  await host.close()
  clearInterval(reports)
  lines.flush()
  process.disconnect()
})
