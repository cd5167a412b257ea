/** IDs of files to create. Google issues them in advance, so that a repeated creation cannot make a second file. */
import { idsSchema } from './answers.ts'
import type { DriveApi } from './api.ts'
import { createFlights } from './flights.ts'
import { driveUrl } from './hosts.ts'

/** IDs in a batch. */
const batch = 20

/** Creates a function that returns an unused ID. Asks Google for a batch at a time. */
export function createNewIds(api: DriveApi, patienceMs: number): () => Promise<string> {
  const unused: string[] = []
  const share = createFlights<void>(patienceMs)
  const query = { count: String(batch), space: 'drive', type: 'files' }
  const refill = async () => {
    const { ids } = await api.json(idsSchema, { url: driveUrl('files/generateIds'), query })
    unused.push(...ids)
  }
  return async () => {
    for (;;) {
      const id = unused.pop()
      if (id !== undefined) return id
      await share('', refill)
    }
  }
}
