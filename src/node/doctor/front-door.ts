/** What a visitor meets: the certificate of the host, and this program behind it. */
import { once } from 'node:events'
import { request } from 'node:https'
import { Readable } from 'node:stream'
import { checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import { z } from 'zod'
import { textAtMost } from '../../base/bounded-body.ts'
import { parseJson } from '../../base/json.ts'
import { isUnreachable } from './advice.ts'
import type { Verdict } from './examination.ts'
import { Trouble } from './trouble.ts'

/** Where the host's HTTPS is. */
export interface FrontDoor {
  /** Default: 443. */
  port?: number
  /** The address to connect to in place of the name's. Default: what the system resolves. */
  address?: string
  /** Certificates (PEM) that are trusted in place of the system's. */
  ca?: string
}

/** Heroku renews a month before the expiry; half of that gone says that it does not succeed. */
const soonMs = 15 * 24 * 3600_000

/** Looks at the certificate. Throws {@link Trouble} where a browser would refuse it. */
export async function checkCertificate(
  host: string,
  { port = 443, address = host, ca }: FrontDoor,
  now: number,
  signal: AbortSignal,
): Promise<Verdict<undefined>> {
  const trust = ca === undefined ? {} : { ca }
  // Judged below, so that more can be said than that it failed.
  const socket = connect({ host: address, port, servername: host, rejectUnauthorized: false, ...trust })
  try {
    await once(socket, 'secureConnect', { signal })
    return judge(host, socket, now)
  } catch (error) {
    if (error instanceof Trouble) throw error
    throw new Trouble(
      `no TLS connection to ${host} came about`,
      isUnreachable(error)
        ? `Nothing takes connections at port ${port} there: compare where the DNS points with \`heroku domains\`, and look whether the app runs.`
        : 'Is the host a domain of the app (`heroku domains`), and has it a certificate (`heroku certs:auto`)?',
      error,
    )
  } finally {
    socket.destroy()
  }
}

function judge(host: string, socket: TLSSocket, now: number): Verdict<undefined> {
  const certificate = socket.getPeerCertificate()
  const renew =
    'Look at `heroku certs:auto`; the CNAME and CAA records decide about it. See docs/operations/dns.md.'
  if (checkServerIdentity(host, certificate) !== undefined) {
    throw new Trouble(`the certificate is for ${namesOf(certificate)}, not for ${host}`, renew)
  }
  const until = Date.parse(certificate.valid_to)
  const days = Math.floor((until - now) / (24 * 3600_000))
  if (now > until) throw new Trouble(`the certificate expired on ${dateOf(until)}`, renew)
  if (!socket.authorized) {
    const cause = new Error(String(socket.authorizationError))
    throw new Trouble('browsers do not trust the certificate', renew, cause)
  }
  const said = `for ${namesOf(certificate)}, until ${dateOf(until)}`
  if (until - now > soonMs) return { value: undefined, said }
  return {
    value: undefined,
    said: `${said}: only ${days} days, so it is not being renewed`,
    warning: true,
    todo: renew,
  }
}

const maxNames = 4
/** As much of a certificate's names as is looked at. Characters. */
const longestNames = 2000
/** More than any answer of this program to the question that is asked. Bytes. */
const maxAnswerBytes = 2 ** 20

function namesOf({ subject, subjectaltname }: PeerCertificate): string {
  const listed = subjectaltname?.slice(0, longestNames).split(', ', maxNames + 1)
  const names = listed?.map((name) => name.replace(/^DNS:/, '')) ?? [
    String(subject?.CN).slice(0, longestNames),
  ]
  return names.length > maxNames ? `${names.slice(0, maxNames).join(', ')} and others` : names.join(', ')
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

const featuresSchema = z.object({ auth_mode: z.string() })
const problemSchema = z.object({ code: z.string() })

/** Asks the running program for this tenant, as a visitor's browser does. */
export async function checkSite(
  host: string,
  { port = 443, address = host, ca }: FrontDoor,
  signal: AbortSignal,
): Promise<Verdict<undefined>> {
  const asked = request({
    host: address,
    port,
    servername: host,
    path: '/api/config/features',
    headers: { host, accept: 'application/json' },
    signal,
    ...(ca !== undefined && { ca }),
  })
  asked.end()
  const [answer] = await once(asked, 'response', { signal })
  const status = z.number().parse(answer.statusCode)
  // Node's own type of a web stream, which is the same thing.
  const sent = Readable.toWeb(answer) as ReadableStream<Uint8Array<ArrayBuffer>>
  const body = parseJson(await textAtMost({ body: sent }, maxAnswerBytes))
  if (status === 200 && featuresSchema.safeParse(body).success) {
    return { value: undefined, said: 'the running program serves this tenant' }
  }
  const code = problemSchema.safeParse(body).data?.code
  if (code === 'tenant_not_found') {
    throw new Trouble(
      'the running program knows no such tenant',
      'Compare its ORCHESTRATOR_BASE_URL and ORCHESTRATOR_BASE_DOMAIN with those here; it forgets a 404 after 30 s.',
    )
  }
  if (code !== undefined) {
    throw new Trouble(
      `the running program answers ${status} (${code})`,
      'Compare its environment with the one here, and look for that code in its log.',
    )
  }
  throw new Trouble(
    `something else than this program answers (${status})`,
    'Add the host to the right app (`heroku domains:add`), and look where the DNS points.',
  )
}
