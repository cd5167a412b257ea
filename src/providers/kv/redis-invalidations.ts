/** Invalidations by publish and subscribe, with a queue of undelivered invalidations. */
import { z } from 'zod'
import { parseJson } from '../../base/json.ts'

export interface RedisInvalidationsOptions {
  /** Deletes the host's configuration from Redis and publishes the message, in one step. Resolves to false if Redis did neither. */
  publish(host: string, message: string): Promise<boolean>
  /** Publishes the message alone. Does nothing while Redis is away. */
  say(message: string): Promise<unknown>
  /** Called for each host that this process must forget. */
  heard(host: string): void
  /** Called for each host whose photos another process has changed. */
  heardChange(host: string): void
}

export interface RedisInvalidations {
  announce(host: string): Promise<boolean>
  announceChange(host: string): Promise<void>
  receive(message: string): void
  /** Publishes the undelivered invalidations. */
  deliver(): Promise<void>
}

/** Upper bound on undelivered hosts. Only operators invalidate hosts, so an outage with more of them would need a fleet restart anyway. */
const maxUndelivered = 10_000

/** `changed` names a host whose photos have changed, `host` an invalidated host. Processes ignore messages that they do not know. */
const messageSchema = z.union([
  z.object({ from: z.string(), host: z.string() }),
  z.object({ from: z.string(), changed: z.string() }),
])
/**
 * Upper bound on the characters of a message. A host name has at most 253 and the sender 36, so longer messages come from elsewhere
 * and are ignored.
 */
const maxMessageLength = 1000

/** Creates the invalidations of one process. */
export function createRedisInvalidations(options: RedisInvalidationsOptions): RedisInvalidations {
  const { publish, heard, heardChange } = options
  const self = crypto.randomUUID()
  const undelivered = new Set<string>()
  const say = (host: string) => publish(host, JSON.stringify({ from: self, host }))

  return {
    async announce(host) {
      const isDelivered = await say(host)
      if (!isDelivered && undelivered.size < maxUndelivered) undelivered.add(host)
      return isDelivered
    },
    async announceChange(host) {
      await options.say(JSON.stringify({ from: self, changed: host }))
    },
    receive(message) {
      if (message.length > maxMessageLength) return
      const parsed = messageSchema.safeParse(parseJson(message))
      if (!parsed.success || parsed.data.from === self) return
      if ('host' in parsed.data) heard(parsed.data.host)
      else heardChange(parsed.data.changed)
    },
    async deliver() {
      for (const host of undelivered) {
        // This process may have read the old configuration from Redis meanwhile.
        heard(host)
        if (!(await say(host))) return
        undelivered.delete(host)
      }
    },
  }
}
