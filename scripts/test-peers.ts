/** `npm run test:peers`: runs the contract suites of publishers against a real server that speaks Mastodon's API. */
import { endWithHelp } from '../src/node/usage.ts'

endWithHelp(`npm run test:peers: publishes to a real Mastodon, Pixelfed, GoToSocial, Pleroma or Akkoma, and deletes the posts again
  MASTODON_PEER_URL      origin of the server, such as http://127.0.0.1:8080
  MASTODON_PEER_TOKEN    access token of a test account, with the scopes read and write
  Switch off the rate limits of the server: the suites upload a few hundred pictures.`)

const { MASTODON_PEER_URL: url, MASTODON_PEER_TOKEN: token } = process.env
if (!url || !token) {
  console.error(
    'No server to test against: start a server such as GoToSocial, and set MASTODON_PEER_URL and MASTODON_PEER_TOKEN.',
  )
  process.exit(1)
}
process.argv.splice(2, process.argv.length, 'run', '--config', 'vitest.peers.config.ts')
await import(new URL('../node_modules/vitest/vitest.mjs', import.meta.url).href)
