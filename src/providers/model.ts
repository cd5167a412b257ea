/** AI services that describe photos. A new one is a file below src/providers/ai and an entry here. */
import { hostOf } from '../base/url-host.ts'
import { httpUrl, type Variables } from '../base/variables.ts'
import { type InstalledModel, type ModelDriver, type ModelTools, modelDriver } from '../ports/model-driver.ts'
import { lateModel } from './late.ts'

/** OpenAI, or a server that speaks as it does. */
const openai = modelDriver({
  title: 'the AI',
  vendor: 'openai',
  credentials: ['openai'],
  variables: { OPENAI_BASE_URL: httpUrl.optional() },
  endpoint: ({ OPENAI_BASE_URL: baseUrl = 'https://api.openai.com' }) => ({
    setting: 'OPENAI_BASE_URL',
    address: hostOf(baseUrl),
  }),
  open:
    ({ now }, { OPENAI_BASE_URL: baseUrl }) =>
    (credentials) =>
      // Loaded with the first question: its library would make each start longer.
      lateModel(async () => {
        const { createOpenAiModel } = await import('./ai/openai.ts')
        return createOpenAiModel({ credentials, baseUrl, now })
      }),
})

/** Every AI that this program can ask. */
export const models = { openai } as const satisfies Readonly<Record<string, ModelDriver>>

/** Prepares the AI of all tenants for one process: configurations cannot name another one. */
export function installModel(tools: ModelTools, variables: Variables): InstalledModel {
  return models.openai.install(tools, variables)
}
