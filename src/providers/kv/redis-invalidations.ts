/** Invalidations by publish and subscribe, and what could not be said yet. */
import { z } from 'zod'
import { parseJson } from '../../base/json.ts'

export interface RedisInvalidationsOptions {
  /** Takes the host's configuration out of Redis and sends the message. Whether Redis did both; else it did neither. */
  publish(host: string, message: string): Promise<boolean>
  /** A host has to be forgotten here. */
  heard(host: string): void
}

export interface RedisInvalidations {
  announce(host: string): Promise<boolean>
  receive(message: string): void
  /** Says what could not be said before. */
  deliver(): Promise<void>
}

/** An operator's calls, not strangers': more than that in one outage is a fleet that begins anew anyway. */
const maxUndelivered = 10_000

const messageSchema = z.object({ from: z.string(), host: z.string() })
/** A host name has at most 253 characters and the sender 36. Longer messages are not ours and are not parsed. */
const maxMessageLength = 1000

/** Makes them for one process. */
export function createRedisInvalidations({ publish, heard }: RedisInvalidationsOptions): RedisInvalidations {
  const self = crypto.randomUUID()
  const undelivered = new Set<string>()
  const say = (host: string) => publish(host, JSON.stringify({ from: self, host }))

  return {
    async announce(host) {
      const isDelivered = await say(host)
      if (!isDelivered && undelivered.size < maxUndelivered) undelivered.add(host)
      return isDelivered
    },
    receive(message) {
      if (message.length > maxMessageLength) return
      const parsed = messageSchema.safeParse(parseJson(message))
      if (parsed.success && parsed.data.from !== self) heard(parsed.data.host)
    },
    async deliver() {
      for (const host of undelivered) {
        // What this process has read from Redis since.
        heard(host)
        if (!(await say(host))) return
        undelivered.delete(host)
      }
    },
  }
}
