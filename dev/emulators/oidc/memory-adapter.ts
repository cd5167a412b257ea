/** Keeps the provider's sessions and codes in memory until the demo ends. */
import type { Adapter, AdapterPayload } from 'oidc-provider'

/** Store of one kind of object. A class, because the library creates an instance for each kind. */
export class MemoryAdapter implements Adapter {
  readonly #byId = new Map<string, AdapterPayload>()

  async upsert(id: string, payload: AdapterPayload): Promise<void> {
    this.#byId.set(id, payload)
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return this.#byId.get(id)
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return [...this.#byId.values()].find((payload) => payload.uid === uid)
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return [...this.#byId.values()].find((payload) => payload.userCode === userCode)
  }

  async consume(id: string): Promise<void> {
    const payload = this.#byId.get(id)
    if (payload) payload.consumed = Math.floor(Date.now() / 1000)
  }

  async destroy(id: string): Promise<void> {
    this.#byId.delete(id)
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const [id, payload] of this.#byId) if (payload.grantId === grantId) this.#byId.delete(id)
  }
}
