import { expect, it } from 'vitest'
import { parseRuntimeAnswer } from '../../../src/contract/runtime-answer.ts'
import { adminsOf } from '../../../src/runtime/sign-in/admins.ts'

it('lists each admin once when an address is listed twice in any case', () => {
  const answer = parseRuntimeAnswer({
    tenant: 'alice',
    app_type: 'publisher_v2',
    config_version: 'v1',
    config: {
      storage: { provider: 'local', paths: { root: 'photos' } },
      auth: { allowed_emails: ['Alice@Photos.test', 'bob@photos.test', ' alice@photos.test'] },
    },
  })
  if (answer === 'other_app_type') throw new Error('unexpected')
  expect(adminsOf(answer.config, { adminEmails: [] })).toEqual(['alice@photos.test', 'bob@photos.test'])
})
