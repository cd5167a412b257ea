/** Words of the settings page for the values that vendors ask for. */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createVendors } from '../../orchestrator/connections/vendors.ts'
import { parseEnvironment } from '../../orchestrator/environment.ts'
import { connectionWords as de } from '../../src/ui/studio/texts/de-connections.ts'
import { connectionWords as en } from '../../src/ui/studio/texts/en-connections.ts'
import { vendorTools } from '../support/fixtures/vendor-tools.ts'

const env = parseEnvironment({
  ORCHESTRATOR_PUBLIC_URL: 'https://connect.publisher.test',
  DROPBOX_APP_KEY: 'key',
  DROPBOX_APP_SECRET: 'secret',
  GOOGLE_CLIENT_ID: 'id',
  GOOGLE_CLIENT_SECRET: 'secret',
})
const asked = [...createVendors(env, vendorTools())].flatMap(([provider, { oauth, pasted }]) =>
  [oauth?.begins, pasted?.values].flatMap((schema) =>
    namesOf(schema).map((name) => [provider, name] as const),
  ),
)

describe('the values that connect an account', () => {
  it.each(asked)('has a name in English and German: %s, %s', (_provider, name) => {
    const missing = '(the description of the server)'
    expect([en.valueName(name, missing), de.valueName(name, missing)]).not.toContain(missing)
  })
})

function namesOf(schema: z.ZodType | undefined): string[] {
  if (!schema) return []
  const { properties } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return Object.keys(properties ?? {})
}
