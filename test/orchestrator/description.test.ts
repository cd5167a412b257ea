import { describe, expect, it } from 'vitest'
import { startReference } from '../support/fixtures/reference-orchestrator.ts'

const pathsOf = (document: { paths: object }) => Object.keys(document.paths)

describe('the description of the orchestrator', () => {
  it('names every call, and no tenant, to a caller without a token', async () => {
    const { app } = await startReference()
    const answer = await app.request('/openapi.json')
    const text = await answer.text()
    expect(answer.status).toBe(200)
    expect(pathsOf(JSON.parse(text))).toEqual([
      '/health',
      '/openapi.json',
      '/v1/runtime/by-host',
      '/v1/credentials/resolve',
      '/v1/billing/usage',
      '/v1/claims',
      '/v1/claims/{key}',
    ])
    expect(text).not.toMatch(/canary|shibari\.test/)
  })

  it('names no claims when the orchestrator offers none', async () => {
    const { app } = await startReference({ claims: null })
    const document = await (await app.request('/openapi.json')).json()
    expect(pathsOf(document).filter((path) => path.includes('claims'))).toEqual([])
  })
})
