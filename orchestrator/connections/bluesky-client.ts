/** Documents of the OAuth client at Bluesky, which the servers of all accounts read. */
import type { Hono } from 'hono'
import type { OrchestratorEnvironment } from '../environment.ts'
import { clientMetadata, clientPaths, parseClientKey, publicKeysOf } from './vendors/bluesky/client.ts'

/** Variables that the documents need. */
export type BlueskyClientVariables = Pick<
  OrchestratorEnvironment,
  'ORCHESTRATOR_PUBLIC_URL' | 'BLUESKY_CLIENT_KEY'
>

/** Adds the client's document and its public keys to the app. Without a key or a public address both are 404. */
export function addBlueskyClient(
  app: Hono,
  { ORCHESTRATOR_PUBLIC_URL: publicUrl, BLUESKY_CLIENT_KEY: text = '' }: BlueskyClientVariables,
): void {
  const key = parseClientKey(text)
  if (!key || publicUrl === undefined) return
  const headers = { 'cache-control': 'public, max-age=300', 'access-control-allow-origin': '*' }
  const { origin } = new URL(publicUrl)
  app.get(clientPaths.metadata, (c) => c.json(clientMetadata(origin), 200, headers))
  app.get(clientPaths.keys, async (c) => c.json(await publicKeysOf(key), 200, headers))
}
