/** The AI that describes photos. There is one: configurations name credentials for it, and no other service. */
import { hostOf } from '../base/url-host.ts'
import { httpUrl } from '../base/variables.ts'
import { modelDriver } from '../ports/model-driver.ts'

/** OpenAI, or a server that speaks as it does. */
export const model = modelDriver({
  title: 'the AI',
  vendor: 'openai',
  credentials: ['openai'],
  variables: { OPENAI_BASE_URL: httpUrl.optional() },
  endpoint: ({ OPENAI_BASE_URL: baseUrl = 'https://api.openai.com' }) => ({
    setting: 'OPENAI_BASE_URL',
    address: hostOf(baseUrl),
  }),
  open:
    ({ now, openAi }, { OPENAI_BASE_URL: baseUrl }) =>
    (credentials) =>
      openAi({ credentials, baseUrl, now }),
})
