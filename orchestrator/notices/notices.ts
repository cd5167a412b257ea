/** Everything that a serving process sends by itself: invalidations to the fleet, and events to webhooks. Node only. */
import type { Fetch } from '../../src/base/endpoint-guard.ts'
import { createGuardedFetch } from '../../src/node/guarded-fetch.ts'
import type { Database } from '../database/database.ts'
import type { Envelope } from '../secrets/envelope.ts'
import { createDeliveries } from './deliveries.ts'
import { createFleetCall } from './fleet-call.ts'
import { createInvalidations } from './invalidations.ts'
import { createMails } from './mail.ts'
import { createMailCall } from './mail-call.ts'
import { startPump } from './pump.ts'
import { sweepEvents } from './sweep.ts'
import { createWebhookCall } from './webhook-call.ts'

export interface NoticesOptions {
  database: Database
  envelope: Envelope
  /** Address of the fleet. Without an address, the fleet is not told about changes. */
  fleetUrl?: string | undefined
  /** Service token for the fleet. Without a token, the fleet is not told about changes. */
  token?: string | undefined
  /** Allows private servers and HTTP for webhooks. */
  allowPrivate: boolean
  /** Operator's mail server. Without a server, no mails are sent. */
  mail?: { url: string; from: string } | undefined
  /** Operators, who get each mail. */
  operators?: readonly string[] | undefined
  /** Interval of looks for due rows. Default 500. */
  pauseMs?: number
  /** Tells operators, without any secret. */
  warn(text: string): void
}

export interface Notices {
  /** Stops sending. Leave the database open until this resolves. */
  close(): Promise<void>
}

const maxFleetCalls = 16
const maxWebhookCalls = 16
const maxMails = 2
/** Timeout of a webhook's receiver, as the specification suggests. */
const webhookTimeoutMs = 15_000
const sweepMs = 60_000

/** Starts the loops. Several processes may run them on one database. */
export function startNotices(options: NoticesOptions): Notices {
  const { database, envelope, fleetUrl, token, allowPrivate, pauseMs = 500, warn } = options
  const { mail, operators = [] } = options
  const fetch: Fetch = createGuardedFetch({ allowPrivate })
  const onError = (error: unknown) =>
    warn(`Notices cannot be sent now: ${error instanceof Error ? error.name : 'unknown error'}`)
  const call =
    token !== undefined && fleetUrl !== undefined ? createFleetCall({ fleetUrl, token }) : undefined
  const pumps = [
    startPump({
      outlet: createInvalidations({ database, call, warn }),
      parallel: maxFleetCalls,
      pauseMs,
      onError,
    }),
    startPump({
      outlet: createDeliveries({
        database,
        envelope,
        call: createWebhookCall({ fetch, timeoutMs: webhookTimeoutMs }),
      }),
      parallel: maxWebhookCalls,
      pauseMs,
      onError,
    }),
    startPump({
      outlet: createMails({ database, send: mail && createMailCall(mail), operators, warn }),
      parallel: maxMails,
      pauseMs,
      onError,
    }),
  ]
  const sweep = startSweep(database, onError)
  return {
    async close() {
      await Promise.all([sweep.close(), ...pumps.map((pump) => pump.close())])
    },
  }
}

function startSweep(database: Database, onError: (error: unknown) => void): Notices {
  let running: Promise<unknown> = Promise.resolve()
  const timer = setInterval(() => {
    running = running.then(() => sweepEvents(database, Date.now())).catch(onError)
  }, sweepMs)
  return {
    async close() {
      clearInterval(timer)
      await running
    },
  }
}
