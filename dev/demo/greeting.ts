/** Greeting of the running demo: who can sign in where, and where published photos arrive. */
import { join, relative } from 'node:path'
import { newcomer, newcomerEmail, operatorEmail } from './newcomer.ts'
import { dataDirectoryOf, tenantsFileOf } from './orchestrator.ts'
import type { DemoTenant } from './tenants.ts'
import type { DemoVendors } from './vendors.ts'

export interface GreetingOptions {
  tenants: readonly DemoTenant[]
  vendors: DemoVendors
  /** Parent domain of all galleries. */
  baseDomain: string
  port: number
  /** URL of the demo's OpenID provider. */
  issuer: string
  /** URL of the orchestrator. */
  orchestrator: string
  /** Address of the operators' console. */
  console: string
  /** True when the publisher runs as a Worker. */
  worker: boolean
  /** Directory of the demo's files. */
  state: string
}

/** Returns the lines to print. */
export function greeting(options: GreetingOptions): string {
  const { vendors, baseDomain, issuer, orchestrator, worker, state } = options
  const place = relative(process.cwd(), state) || '.'
  return `
The demo is running${worker ? ' as a Worker in Miniflare' : ''}. Open these in a browser:

${columns(galleries(options, place))}

${newcomersPath(options)}

Published photos arrive here:

${columns(vendors.pages.map(({ address, text }) => [address, text]))}

${signingIn(baseDomain, issuer)}
The AI is an emulator that looks at the pixels.
The configuration of the galleries comes from the orchestrator at ${orchestrator}, on SQLite. To change it, edit the file:

${columns(commandsOf(place, options.tenants[0]?.name ?? ''))}

A change takes effect within seconds, and stays after a restart. The log is ${join(place, 'publisher.log')}.
To check a gallery: npm run doctor -- --env ${join(place, 'env')} --host ${options.tenants[0]?.name}.${baseDomain}
Ctrl-C stops the demo.
`
}

/** Explains how to add a photographer, in four steps. */
function newcomersPath({ console, baseDomain, port, vendors }: GreetingOptions): string {
  return `Add a photographer in three minutes:

  1. Sign in to the console ${console}/ as ${operatorEmail}. Add the gallery ${newcomer} for ${newcomerEmail}.
  2. Open the invitation that the console shows. Accept, and sign in as ${newcomerEmail}: type the address.
  3. Connect Dropbox as ${newcomerEmail}, and choose the folder /Photos/2026.
  4. Connect Telegram with the bot token ${vendors.newcomerBotToken}. Then look at http://${newcomer}.${baseDomain}:${port}/.`
}

function galleries({ tenants, baseDomain, port, state }: GreetingOptions, place: string): Row[] {
  return tenants.map(({ name, storage, admin, isReadOnly }) => {
    const change = isReadOnly ? '; view only, nothing is changed' : ''
    return [
      `http://${name}.${baseDomain}:${port}/`,
      `${storage.description.replace(state, place)}; ${admin ? `admin: ${admin}` : 'no admin'}${change}`,
    ]
  })
}

/**
 * Explains the sign-in. If a browser accepts no cookie for the base domain, each gallery has a cookie of its own
 * (`cookieScopeOf`).
 */
function signingIn(baseDomain: string, issuer: string): string {
  const click = `Signing in takes one click, at the demo's own OpenID provider (${issuer}).`
  if (baseDomain.includes('.')) return `${click} It counts for all galleries, and so does signing out.`
  return `${click}
Browsers share no cookies across ${baseDomain}: click Sign in and Sign out in each gallery. You choose a person only once.
With --domain demo.${baseDomain} one sign-in counts for all galleries, as in production.`
}

/** Commands to try on the running demo's database. */
function commandsOf(place: string, tenant: string): Row[] {
  const command = `ORCHESTRATOR_DATA_DIR=${dataDirectoryOf(place)} npm run orchestrator --`
  return [
    [`${command} import-yaml ${tenantsFileOf(place)}`, 'publishes the edited file'],
    [`${command} history ${tenant}`, 'lists the versions'],
    [`${command} rollback ${tenant} VERSION`, 'publishes an old version anew'],
  ]
}

type Row = readonly [address: string, text: string]

function columns(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([address]) => address.length)) + 2
  return rows.map(([address, text]) => `  ${address.padEnd(width)}${text}`).join('\n')
}
