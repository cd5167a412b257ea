/** The scene of `npm run test:peers`, against the emulator, so that it works when a real server is at hand. */
import { startMastodonEmulator } from '../../../../dev/emulators/mastodon.ts'
import { describePublisher } from '../../../support/contracts/publisher.ts'
import { token } from '../../../support/fixtures/mastodon.ts'
import { peerScene } from '../../../support/fixtures/mastodon-peer.ts'

async function open() {
  const rates = { requests: 9999, uploads: 9999 }
  const { url, close } = await startMastodonEmulator({ accounts: [{ username: 'alice', token }], rates })
  const scene = await peerScene({ url, token })
  return { ...scene, stop: () => scene.stop().finally(close) }
}

describePublisher('A server of test:peers', open, {
  losesAnswers: 'confirmed',
  altText: true,
  retracts: true,
  corrects: true,
})
