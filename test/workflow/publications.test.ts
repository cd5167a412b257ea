import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { PublisherError } from '../../src/base/errors.ts'
import { publicationsOf } from '../../src/workflow/publications.ts'
import { firstChannel, fixedPost } from '../support/fixtures/publishing.ts'
import { failing, scene } from '../support/fixtures/scripted-platforms.ts'

const sha256 = createHash('sha256').update('the photo').digest('hex')
const enabled = [firstChannel('telegram'), firstChannel('email')]
const { changesOf } = fixedPost

it('shows what each record says when only the listing of records fails', async () => {
  await using studio = await scene()
  studio.email.script.push({
    error: new PublisherError('credentials_rejected', 'No password.'),
    arrives: false,
  })
  await studio.publish()
  const troubles: unknown[] = []
  const outcomes = await publicationsOf(
    {
      store: failing(studio.folder.open(), 'listRecords'),
      now: () => studio.clock.time,
      channels: [...enabled, firstChannel('bluesky')],
      changesOf,
      onTrouble: (error) => void troubles.push(error),
    },
    sha256,
  )
  expect(outcomes).toMatchObject([
    { channel: 'telegram', status: 'published' },
    { channel: 'email', status: 'failed', error: 'No password.' },
  ])
  expect(troubles).toHaveLength(1)
})

it('shows each enabled platform as unknown when neither the listing nor a record can be read', async () => {
  await using studio = await scene()
  await studio.publish()
  const silent = failing(failing(studio.folder.open(), 'listRecords'), 'readRecord')
  const outcomes = await publicationsOf(
    { store: silent, now: () => studio.clock.time, channels: enabled, changesOf, onTrouble: () => undefined },
    sha256,
  )
  expect(outcomes).toMatchObject([
    { channel: 'telegram', status: 'unknown', at: null },
    { channel: 'email', status: 'unknown', at: null },
  ])
})
