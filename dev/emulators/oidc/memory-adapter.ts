/** Where the provider keeps sessions and codes: in memory, until the demo ends. */
import type { Adapter, AdapterPayload } from 'oidc-provider'

/** A class, because that is what the library makes instances of: one per kind of thing. */
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
