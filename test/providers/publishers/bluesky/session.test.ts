import { afterAll, beforeAll } from 'vitest'
import { type BlueskyServer, startBluesky } from '../../../../dev/peers/pds.ts'
import {
  describePublisher,
  describeVerification,
  type PublisherScene,
} from '../../../support/contracts/publisher.ts'
import { createSessionScenes } from '../../../support/fixtures/bluesky-session.ts'

let server: BlueskyServer
let open: () => Promise<PublisherScene>
beforeAll(async () => {
  server = await startBluesky({ accounts: [] })
  open = createSessionScenes(server)
})
afterAll(() => server.close())

describePublisher('Bluesky with a session of OAuth', () => open(), {
  losesAnswers: 'confirmed',
  altText: true,
  retracts: true,
})
describeVerification('Bluesky with a session of OAuth', () => open())
