import { afterAll, beforeAll } from 'vitest'
import { type BlueskyServer, startBluesky } from '../../../dev/peers/pds.ts'
import { describePublisher, describeVerification } from '../../support/contracts/publisher.ts'
import { openBlueskyScene } from '../../support/fixtures/bluesky.ts'

let server: BlueskyServer
beforeAll(async () => {
  server = await startBluesky({ accounts: [] })
})
afterAll(() => server.close())

describePublisher('Bluesky', () => openBlueskyScene(server), {
  losesAnswers: 'confirmed',
  altText: true,
  retracts: true,
})
describeVerification('Bluesky', () => openBlueskyScene(server))
