/** A visitor in a separate thread, so that the busy soak process does not distort its measurements. */
import { parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'
import { pause } from '../src/base/time.ts'
import { sendTo } from '../test/support/fixtures/http-client.ts'

const jobSchema = z.object({
  host: z.string(),
  /** Address of the client. Each measurement has a client of its own, whom no limit on earlier requests affects. */
  address: z.string(),
  ports: z.array(z.number()).min(1),
  paths: z.array(z.string()).min(1),
  ms: z.number(),
})

export type VisitorJob = z.output<typeof jobSchema>

/** Answers as reported to the soak. Status 0: the connection broke. */
export const looksSchema = z.array(z.object({ path: z.string(), status: z.number(), ms: z.number() }))

const betweenLooksMs = 40

async function visit({ host, address, ports, paths, ms }: VisitorJob): Promise<z.output<typeof looksSchema>> {
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-for': address }
  const looks: z.output<typeof looksSchema> = []
  const look = async (turn: number) => {
    const path = paths[turn % paths.length] ?? '/'
    const port = ports[Math.floor(turn / paths.length) % ports.length] ?? 0
    const startedAt = performance.now()
    const answer = await sendTo(port, host, path, { headers }).catch(() => null)
    await answer?.arrayBuffer()
    return { path, status: answer?.status ?? 0, ms: performance.now() - startedAt }
  }
  // The first requests reach the orchestrator and the storage, and are not counted.
  for (let turn = 0; turn < paths.length * ports.length; turn++) await look(turn)
  const endsAt = performance.now() + ms
  for (let turn = 0; performance.now() < endsAt; turn++) {
    looks.push(await look(turn))
    await pause(betweenLooksMs)
  }
  return looks
}

if (parentPort) parentPort.postMessage(await visit(jobSchema.parse(workerData)))
