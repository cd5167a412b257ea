import { describe, expect, it } from 'vitest'
import { violations, violationText } from '../../orchestrator/registry/rules.ts'

const storage = { provider: 'dropbox', credentials_ref: 's', paths: { root: '/Photos' } }
const stored = new Map([
  ['s', 'dropbox'],
  ['bot', 'telegram'],
  ['ai', 'openai'],
  ['mail', 'smtp'],
])
const wordsOf = (config: Record<string, unknown>, credentials = stored) =>
  violationText(violations({ storage, ...config }, credentials))
const publishing = (more: Record<string, unknown>) => ({ features: { publish_enabled: true }, ...more })
const telegram = { id: 'telegram', type: 'telegram', credentials_ref: 'bot', config: { channel_id: '@a' } }
const fetlife = { id: 'fetlife', type: 'fetlife', config: { recipient: 'upload@fetlife.example' } }
const mailServer = { host: 'smtp.example.org', from_email: 'a@example.org', password_ref: 'mail' }

describe('dependency rules', () => {
  it('asks for nothing when analysis and publishing are off', () => {
    expect(wordsOf({ publishers: [{ type: 'telegram' }, fetlife], ai: { credentials_ref: 'gone' } })).toBe('')
  })

  it('asks for no channel when the mode is review', () => {
    expect(wordsOf({ features: { publish_enabled: true, mode: 'review' } })).toBe('')
  })

  it('accepts a configuration whose features are on and complete', () => {
    const features = { publish_enabled: true, analyze_caption_enabled: true }
    const config = { features, ai: { credentials_ref: 'ai' }, email_server: mailServer }
    expect(wordsOf({ ...config, publishers: [telegram, fetlife] })).toBe('')
  })

  it.each([
    [{ features: { publish_enabled: 'yes' } }, 'publishers: publishing is on, but no channel is enabled'],
    [
      publishing({ publishers: [{ ...telegram, enabled: false }] }),
      'publishers: publishing is on, but no channel is enabled',
    ],
    [
      publishing({ publishers: [{ ...telegram, config: {} }] }),
      'publishers: publishing is on, but no channel is complete: telegram has no channel_id',
    ],
    [
      publishing({ publishers: { telegram: { channel_id: '@a' } } }),
      'publishers: publishing is on, but no channel is complete: telegram has no credentials',
    ],
    [
      publishing({ publishers: [{ ...telegram, credentials_ref: 'gone' }] }),
      'publishers: publishing is on, but no channel is complete: telegram has a reference without stored credentials',
    ],
    [
      publishing({ publishers: [{ ...telegram, id: 'channel', credentials_ref: 'ai' }] }),
      'publishers: publishing is on, but no channel is complete: telegram (channel) has credentials of openai and needs those of telegram',
    ],
    [
      publishing({ publishers: [telegram, fetlife] }),
      'email_server: publishing by mail is on, but there is no mail server with a sender and a password',
    ],
    [
      publishing({ publishers: [telegram, fetlife], email_server: { ...mailServer, password_ref: 'bot' } }),
      'email_server: publishing by mail is on, but the mail server has credentials of telegram and needs those of smtp',
    ],
    [
      { features: { analyze_caption_enabled: true } },
      'ai.credentials_ref: analysis is on, but the AI has no credentials',
    ],
    [
      { features: { analyze_caption_enabled: true }, ai: { credentials_ref: 'mail' } },
      'ai.credentials_ref: analysis is on, but the AI has credentials of smtp and needs those of openai',
    ],
    [
      { storage: { ...storage, credentials_ref: 'gone' } },
      'storage.credentials_ref: the storage has a reference without stored credentials',
    ],
    [
      { storage: { ...storage, provider: 's3', paths: {} } },
      'storage.paths.root: the storage has no root folder; storage.credentials_ref: the storage has credentials of dropbox and needs those of s3 or managed',
    ],
  ])('names what is missing in %j', (config, words) => {
    expect(wordsOf(config)).toBe(words)
  })

  it('accepts an incomplete channel beside a complete channel', () => {
    expect(wordsOf(publishing({ publishers: [{ type: 'bluesky', id: 'sky' }, telegram] }))).toBe('')
  })

  it('asks for no credentials of a local storage', () => {
    expect(wordsOf({ storage: { provider: 'local', paths: { root: '/x' } } }, new Map())).toBe('')
  })
})
