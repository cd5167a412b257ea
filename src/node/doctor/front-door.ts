/** Checks of the public side of a host: its certificate, and the program that answers. */
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

/** Address of the host's HTTPS server. */
export interface FrontDoor {
  /** Default: 443. */
  port?: number
  /** Address to connect to. Default: the address that the system resolves. */
  address?: string
  /** Trusted certificates (PEM). Default: the system's. */
  ca?: string
}

/** Remaining validity that causes a warning. Heroku renews a month before the expiry, so by then the renewal has failed for two weeks. */
const soonMs = 15 * 24 * 3600_000

/** Checks the certificate. Throws {@link Trouble} if a browser would refuse the certificate. */
export async function checkCertificate(
  host: string,
  { port = 443, address = host, ca }: FrontDoor,
  now: number,
  signal: AbortSignal,
): Promise<Verdict<undefined>> {
  const trust = ca === undefined ? {} : { ca }
  // `judge` checks the certificate, for a more precise finding than a failed connection.
  const socket = connect({ host: address, port, servername: host, rejectUnauthorized: false, ...trust })
  try {
    await once(socket, 'secureConnect', { signal })
    return judge(host, socket, now)
  } catch (error) {
    if (error instanceof Trouble) throw error
    throw new Trouble(
      `cannot open a TLS connection to ${host}`,
      isUnreachable(error)
        ? `Nothing accepts connections at port ${port}. Compare the DNS target with \`heroku domains\`, and check that the app runs.`
        : 'Check that the host is a domain of the app (`heroku domains`) and has a certificate (`heroku certs:auto`).',
      error,
    )
  } finally {
    socket.destroy()
  }
}

function judge(host: string, socket: TLSSocket, now: number): Verdict<undefined> {
  const certificate = socket.getPeerCertificate()
  const renew = 'Check `heroku certs:auto`, and the CNAME and CAA records. See docs/operations/dns.md.'
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
    said: `${said}: only ${days} days left, so it is not being renewed`,
    warning: true,
    todo: renew,
  }
}

const maxNames = 4
/** Upper bound on the examined part of a certificate's names, in characters. */
const maxNamesLength = 2000
/** Upper bound on an answer, larger than any answer of this program to the request below. */
const maxAnswerBytes = 2 ** 20

function namesOf({ subject, subjectaltname }: PeerCertificate): string {
  const listed = subjectaltname?.slice(0, maxNamesLength).split(', ', maxNames + 1)
  const names = listed?.map((name) => name.replace(/^DNS:/, '')) ?? [
    String(subject?.CN).slice(0, maxNamesLength),
  ]
  return names.length > maxNames ? `${names.slice(0, maxNames).join(', ')} and others` : names.join(', ')
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

const featuresSchema = z.object({ auth_mode: z.string() })
const problemSchema = z.object({ code: z.string() })

/** Asks the running program for this tenant, like a visitor's browser. */
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
  // The cast is sound: Node only has its own type for the same web stream.
  const sent = Readable.toWeb(answer) as ReadableStream<Uint8Array<ArrayBuffer>>
  const body = parseJson(await textAtMost({ body: sent }, maxAnswerBytes))
  if (status === 200 && featuresSchema.safeParse(body).success) {
    return { value: undefined, said: 'the running program serves this tenant' }
  }
  const code = problemSchema.safeParse(body).data?.code
  if (code === 'tenant_not_found') {
    throw new Trouble(
      'the running program does not know this tenant',
      'Compare its ORCHESTRATOR_BASE_URL and ORCHESTRATOR_BASE_DOMAIN with the values here. It caches a 404 for 30 s.',
    )
  }
  if (code !== undefined) {
    throw new Trouble(
      `the running program answers ${status} (${code})`,
      'Compare its environment with the environment here, and look for that code in its log.',
    )
  }
  throw new Trouble(
    `another program answers (${status})`,
    'Add the host to the right app (`heroku domains:add`), and check the DNS target.',
  )
}
