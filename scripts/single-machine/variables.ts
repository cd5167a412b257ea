/** Variables of each program on a single machine. The fleet gets no secret that only the control plane needs. */

/** Secrets that never reach the fleet. */
const onlyControlPlane = [
  'ORCHESTRATOR_KEYS',
  'CONSOLE_SESSION_SECRET',
  'DATABASE_URL',
  'NOTICE_SMTP_URL',
  'INSTAGRAM_APP_SECRET',
  'BLUESKY_CLIENT_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
]

type Given = Readonly<NodeJS.Dict<string>>
type Complete = Readonly<Record<string, string>>

/** Returns the variables of the control plane, which knows the fleet on this machine. */
export function orchestratorVariables(given: Given): Complete {
  const { WEB_SESSION_SECRET: _, CONSOLE_SESSION_SECRET: secret, ...variables } = withPorts(given)
  return {
    FLEET_URL: `http://127.0.0.1:${variables.PORT}`,
    ...variables,
    ...(secret && { WEB_SESSION_SECRET: secret }),
  }
}

/** Returns the variables of the fleet, which asks the control plane on this machine. */
export function fleetVariables(given: Given): Complete {
  const variables = withPorts(given)
  const own = Object.entries(variables).filter(([name]) => !onlyControlPlane.includes(name))
  return {
    ORCHESTRATOR_BASE_URL: `http://127.0.0.1:${variables.ORCHESTRATOR_PORT}`,
    ...Object.fromEntries(own),
  }
}

function withPorts(given: Given): Record<string, string> & { PORT: string; ORCHESTRATOR_PORT: string } {
  const present = Object.entries(given).flatMap(([name, value]) => (value ? [[name, value] as const] : []))
  return { PORT: '8080', ORCHESTRATOR_PORT: '8090', ...Object.fromEntries(present) }
}
