/** `npm run test:peers`: the contract suites against a running server that speaks Mastodon's API. */
import { describePublisher, describeVerification } from '../support/contracts/publisher.ts'
import { peerScene } from '../support/fixtures/mastodon-peer.ts'

const { MASTODON_PEER_URL: url = '', MASTODON_PEER_TOKEN: token = '' } = process.env
const open = () => peerScene({ url, token })

describePublisher('The server', open, {
  losesAnswers: 'confirmed',
  altText: true,
  retracts: true,
  corrects: true,
})
describeVerification('The server', open)
