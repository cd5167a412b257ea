/** The file of variables for a single machine, with fresh secrets. */
import { randomBytes } from 'node:crypto'
import { stat, writeFile } from 'node:fs/promises'

export interface MachineOptions {
  /** Parent domain of the galleries. */
  domain?: string | undefined
  /** E-mail address of the operator. */
  operator?: string | undefined
}

/** Writes the file, readable only by its owner, unless it exists. Returns whether it was written. Throws without domain or operator. */
export async function writeMachineFile(path: string, options: MachineOptions): Promise<boolean> {
  if (await stat(path).catch(() => null)) return false
  const { domain, operator } = options
  if (!domain || !operator)
    throw new Error(
      `${path} does not exist. The first start needs --domain and --operator: npm run serve:all -- --help`,
    )
  for (const value of [domain, operator])
    if (!/^[\w.@+-]+$/.test(value)) throw new Error(`${value} is neither a domain nor an e-mail address.`)
  await writeFile(path, contents(domain, operator), { mode: 0o600, flag: 'wx' })
  return true
}

function contents(domain: string, operator: string): string {
  const secret = () => randomBytes(32).toString('base64url')
  return `# Variables of the control plane and the fleet (docs/orchestrator.md, docs/configuration.md).
# ORCHESTRATOR_KEYS encrypts the stored credentials, and no backup contains it. Keep a copy of this file elsewhere.
NODE_ENV=production
PORT=8080
ORCHESTRATOR_PORT=8090
ORCHESTRATOR_DATA_DIR=.orchestrator
ORCHESTRATOR_BASE_DOMAIN=${domain}
ORCHESTRATOR_PUBLIC_URL=https://connect.${domain}
OPERATOR_EMAILS=${operator}
ORCHESTRATOR_KEYS=k1:${secret()}
ORCHESTRATOR_SERVICE_TOKEN=${secret()}
WEB_SESSION_SECRET=${secret()}
CONSOLE_SESSION_SECRET=${secret()}

# Sign-in of operators and photographers (docs/operations/auth0.md). The console needs all four lines.
# CONSOLE_HOST=console.${domain}
# AUTH0_DOMAIN=
# AUTH0_CLIENT_ID=
# AUTH0_CLIENT_SECRET=

# Apps at the vendors (docs/operations/onboarding.md), each optional.
# DROPBOX_APP_KEY=
# DROPBOX_APP_SECRET=
# GOOGLE_CLIENT_ID=
# GOOGLE_CLIENT_SECRET=
# INSTAGRAM_APP_ID=
# INSTAGRAM_APP_SECRET=

# Mail for notices.
# NOTICE_SMTP_URL=
# NOTICE_FROM=
`
}
