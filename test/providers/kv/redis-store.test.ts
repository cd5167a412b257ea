import { describeKeyValueStore } from '../../support/contracts/key-value-store.ts'
import { inRedis, openRedis, prefix } from '../../support/fixtures/redis-client.ts'
import { startRedisServer } from '../../support/fixtures/redis-server.ts'

describeKeyValueStore('the Redis store', async () => {
  const server = await startRedisServer()
  const redis = openRedis(server)
  await redis.reached('up')
  return {
    store: redis.kv,
    age: (key, ms) =>
      inRedis(server, async (client) => {
        const left = await client.pTTL(prefix + key)
        await client.pExpire(prefix + key, left - ms)
      }),
    async close() {
      redis.close()
      await server[Symbol.asyncDispose]()
    },
  }
})
