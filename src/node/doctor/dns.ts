/** Checks that a tenant's name has an address, from the wildcard or from an explicit record. */
import { randomBytes } from 'node:crypto'
import type { Resolver } from 'node:dns/promises'
import type { Verdict } from './examination.ts'
import { hasCode } from './explain.ts'
import { Trouble } from './trouble.ts'

/** DNS queries of the doctor; see `dns.promises.Resolver`. */
export type Names = Pick<Resolver, 'resolve4' | 'resolve6' | 'resolveCname' | 'resolveCaa'>

const guide = 'See docs/operations/dns.md.'
const certificateAuthority = 'letsencrypt.org'

interface Records {
  cname: string | undefined
  addresses: string[]
}

/** Checks the records of a tenant's host. Throws {@link Trouble} if visitors cannot connect or Heroku cannot issue a certificate. */
export async function checkDns(names: Names, host: string, baseDomain: string): Promise<Verdict<undefined>> {
  // An unregistered name shows the records of the wildcard.
  const unknownHost = `doctor-${randomBytes(8).toString('hex')}.${baseDomain}`
  const [own, wildcard] = await Promise.all([recordsOf(names, host), recordsOf(names, unknownHost)])
  if (own.addresses.length === 0) throw leadsNowhere(host, baseDomain, own, wildcard)
  const target = targetOf(own)
  if (own.cname?.endsWith('.herokuapp.com')) {
    throw new Trouble(
      `${host} points to ${own.cname}, for which Heroku cannot issue a certificate`,
      `Point it to the DNS target that \`heroku domains\` prints (….herokudns.com). ${guide}`,
    )
  }
  const said = `${host} leads to ${target}`
  const problem = await complaint({ names, host, baseDomain, own, wildcard })
  if (problem)
    return { value: undefined, said: `${said}; ${problem.said}`, warning: true, todo: problem.todo }
  return { value: undefined, said: `${said}, through the wildcard` }
}

/** Checks that the sign-in's callback host has an address. */
export async function checkCallbackDns(names: Names, callbackHost: string): Promise<Verdict<undefined>> {
  const records = await recordsOf(names, callbackHost)
  if (records.addresses.length > 0) {
    return { value: undefined, said: `${callbackHost} leads to ${targetOf(records)}` }
  }
  throw new Trouble(
    `${callbackHost} has no address, so sign-in cannot work`,
    `If the wildcard covers this name, remove the record that hides the wildcard. Otherwise, add a record. ${guide}`,
  )
}

function leadsNowhere(host: string, baseDomain: string, own: Records, wildcard: Records): Trouble {
  if (own.cname !== undefined) {
    return new Trouble(
      `${host} points to ${own.cname}, which has no address`,
      `Compare it with the DNS target that \`heroku domains\` prints. ${guide}`,
    )
  }
  if (wildcard.addresses.length > 0) {
    return new Trouble(
      `${host} has no address, unlike *.${baseDomain}: an explicit record of this name, or below it, hides the wildcard`,
      `Remove every record at ${host} and below it, including TXT records. ${guide}`,
    )
  }
  return new Trouble(
    `${host} has no DNS record, and there is no wildcard`,
    `Add \`CNAME *\` to the zone of ${baseDomain}. ${guide}`,
  )
}

interface Scene {
  names: Names
  host: string
  baseDomain: string
  own: Records
  wildcard: Records
}

async function complaint({ names, host, baseDomain, own, wildcard }: Scene) {
  if (wildcard.addresses.length === 0) {
    return {
      said: `there is no wildcard *.${baseDomain}, so every tenant needs a record`,
      todo: `Add \`CNAME *\` to the zone of ${baseDomain}. ${guide}`,
    }
  }
  if (targetOf(own) !== targetOf(wildcard)) {
    return {
      said: `an explicit record hides the wildcard (${targetOf(wildcard)})`,
      todo: `Expected for a dedicated app. Otherwise, remove the record at ${host}. ${guide}`,
    }
  }
  if (own.cname?.endsWith('.herokudns.com') && !(await allowsWildcards(names, baseDomain))) {
    return {
      said: `the CAA records of ${baseDomain} keep ${certificateAuthority} from issuing or renewing the certificate`,
      todo: `Add \`CAA 0 issuewild "${certificateAuthority}"\`. ${guide}`,
    }
  }
  return null
}

/** Checks if the CAA records allow the certificate. `issuewild` overrides `issue`; no record allows every issuer (RFC 8659, section 4). */
async function allowsWildcards(names: Names, domain: string): Promise<boolean> {
  const records = await ask(() => names.resolveCaa(domain))
  const wild = records.flatMap(({ issuewild }) => issuewild ?? [])
  const issuers = wild.length > 0 ? wild : records.flatMap(({ issue }) => issue ?? [])
  return (
    issuers.length === 0 || issuers.some((issuer) => issuer.split(';')[0]?.trim() === certificateAuthority)
  )
}

async function recordsOf(names: Names, name: string): Promise<Records> {
  const [cnames, v4, v6] = await Promise.all([
    ask(() => names.resolveCname(name)),
    ask(() => names.resolve4(name)),
    ask(() => names.resolve6(name)),
  ])
  return { cname: cnames[0]?.toLowerCase(), addresses: [...v4, ...v6].sort() }
}

function targetOf({ cname, addresses }: Records): string {
  return cname ?? addresses.join(', ')
}

/** Returns the records, or an empty list. Throws {@link Trouble} if no name server answers. */
async function ask<T>(question: () => Promise<T[]>): Promise<T[]> {
  try {
    return await question()
  } catch (cause) {
    if (hasCode(cause, 'ENOTFOUND') || hasCode(cause, 'ENODATA')) return []
    throw new Trouble('the name servers do not answer', 'Try again, also from another network.', cause)
  }
}
