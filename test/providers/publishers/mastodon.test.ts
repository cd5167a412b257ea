/** Contract suites of the publisher on each kind of server. */
import { describePublisher, describeVerification } from '../../support/contracts/publisher.ts'
import { mastodonScene } from '../../support/fixtures/mastodon.ts'

const changeable = { losesAnswers: 'confirmed', altText: true, retracts: true, corrects: true } as const

describePublisher('Mastodon', () => mastodonScene(), changeable)
describePublisher('Pixelfed', () => mastodonScene({ flavour: 'pixelfed' }), changeable)
describePublisher('Pleroma', () => mastodonScene({ flavour: 'pleroma' }), changeable)
describeVerification('Mastodon', () => mastodonScene())
describeVerification('Pixelfed', () => mastodonScene({ flavour: 'pixelfed' }))
