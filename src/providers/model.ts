/** The AI that describes photos. Configurations name only its credentials, so there is a single driver. */
import { hostOf } from '../base/url-host.ts'
import { httpUrl } from '../base/variables.ts'
import { modelDriver } from '../ports/model-driver.ts'

/** OpenAI, or a server with a compatible API. */
export const model = modelDriver({
  title: 'the AI',
  vendor: 'openai',
  credentials: ['openai'],
  variables: {
    OPENAI_BASE_URL: httpUrl.default('https://api.openai.com/v1').meta({
      description: 'Any server that speaks Chat Completions. The URL ends with `/v1`.',
      examples: ['https://api.openai.com/v1'],
    }),
  },
  endpoint: ({ OPENAI_BASE_URL: baseUrl }) => ({
    setting: 'OPENAI_BASE_URL',
    address: hostOf(baseUrl),
  }),
  open:
    ({ now, openAi }, { OPENAI_BASE_URL: baseUrl }) =>
    (credentials) =>
      openAi({ credentials, baseUrl, now }),
})
