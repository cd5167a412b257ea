/** Every wrapper must know every method of its port, and keep members that the port does not name. */
import { describe, expect, it } from 'vitest'
import { parseHost } from '../../../src/contract/host.ts'
import { noMetrics } from '../../../src/ports/metrics.ts'
import { configSourceCalls } from '../../../src/runtime/vendor-calls/config-source-calls.ts'
import { imageCalls } from '../../../src/runtime/vendor-calls/image-calls.ts'
import { modelCalls } from '../../../src/runtime/vendor-calls/model-calls.ts'
import { createObserver } from '../../../src/runtime/vendor-calls/observe.ts'
import { type CallTable, type Layer, throughLayers } from '../../../src/runtime/vendor-calls/pipeline.ts'
import { publisherCalls } from '../../../src/runtime/vendor-calls/publisher-calls.ts'
import { storageCalls } from '../../../src/runtime/vendor-calls/storage-calls.ts'
import { withOwnSidecars } from '../../../src/workflow/own-sidecars.ts'
import { scene } from '../../support/fixtures/scripted-platforms.ts'

interface Port {
  readonly name: string
  find(key: string): Promise<number>
  drop?(key: string): Promise<boolean>
  describe(): string
}

const port: Port = {
  name: 'port',
  find: async (key) => key.length,
  describe: () => 'a port',
}

const table = {
  find: { operation: { from: (key) => `find_${key}` } },
  drop: { operation: 'drop' },
  describe: 'direct',
} satisfies CallTable<Port>

/** Creates a layer that records the name of each call. */
function noting(notes: string[], prefix: string): Layer {
  return (call, { operation }, parameters) => {
    notes.push(`${prefix} ${typeof operation === 'string' ? operation : operation.from(...parameters)}`)
    return call()
  }
}

describe('a table of calls', () => {
  it('fails the type check when a table lacks a method, even an optional method', () => {
    // @ts-expect-error `find` is missing.
    const withoutFind = { drop: { operation: 'drop' }, describe: 'direct' } satisfies CallTable<Port>
    // @ts-expect-error `drop` is missing.
    const withoutDrop = { find: { operation: 'find' }, describe: 'direct' } satisfies CallTable<Port>
    // @ts-expect-error `drop` is missing.
    throughLayers(port, withoutDrop, [])
    expect([withoutFind, withoutDrop]).toHaveLength(2)
  })

  it('fails the type check when a table names a method that the port lacks', () => {
    // @ts-expect-error The port has no `list`.
    const withList = { ...table, list: { operation: 'list' } } satisfies CallTable<Port>
    expect(withList).toHaveProperty('list')
  })

  it('fails the type check when a rule reads parameters or answers of other types', () => {
    const wrong = {
      ...table,
      // @ts-expect-error An answer of `find` is a number.
      find: { operation: 'find', outcomeOf: (answer: string) => (answer ? 'ok' : 'error') },
    } satisfies CallTable<Port>
    // @ts-expect-error A method without a promise cannot wait for a layer.
    const waiting = { ...table, describe: { operation: 'describe' } } satisfies CallTable<Port>
    expect([wrong, waiting]).toHaveLength(2)
  })
})

describe('throughLayers', () => {
  it('runs the last layer first and hands the parameters to each', async () => {
    const notes: string[] = []
    const wrapped = throughLayers(port, table, [noting(notes, 'inner'), noting(notes, 'outer')])
    expect(await wrapped.find('abc')).toBe(3)
    expect(notes).toEqual(['outer find_abc', 'inner find_abc'])
  })

  it('keeps properties and direct methods, and adds no optional method that the port lacks', () => {
    const wrapped = throughLayers(port, table, [])
    expect(wrapped.name).toBe('port')
    expect(wrapped.describe()).toBe('a port')
    expect(wrapped).not.toHaveProperty('drop')
  })
})

describe('throughLayers around an instance of a class', () => {
  class Base {
    get name() {
      return `port ${this.describe()}`
    }
    describe() {
      return 'of Base'
    }
  }
  class Instance extends Base implements Port {
    readonly #found = 7
    override describe() {
      return `with ${this.#found}`
    }
    async find() {
      return this.#found
    }
    tomorrow() {
      return this.#found
    }
  }

  it('runs methods with their own state, including direct and unknown methods', async () => {
    const notes: string[] = []
    const wrapped = throughLayers<Port>(new Instance(), table, [noting(notes, 'layer')])
    expect(await wrapped.find('abc')).toBe(7)
    expect(wrapped.describe()).toBe('with 7')
    expect(Reflect.apply(Reflect.get(wrapped, 'tomorrow'), undefined, [])).toBe(7)
    expect(notes).toHaveLength(1)
  })

  it('keeps an instance’s properties, also after another wrapper spread it', () => {
    const wrapped = { ...throughLayers<Port>(new Instance(), table, []) }
    expect(wrapped.name).toBe('port with 7')
    expect(wrapped.describe()).toBe('with 7')
    expect(wrapped).not.toHaveProperty('drop')
  })
})

describe('a wrapper of a port', () => {
  const tomorrow = () => 'a method of tomorrow'

  function context(vendor: string) {
    const known = parseHost('alice.shibari.test', 'shibari.test', [])
    if (!known) throw new Error('no tenant')
    return { vendor, tenant: known.tenant, now: Date.now, observer: {}, observe: createObserver(noMetrics) }
  }

  it('keeps a method of a store that it does not know', async () => {
    await using open = await scene()
    const inner = { ...open.folder.open(), tomorrow }
    const { store, whenChanging } = storageCalls(inner, context('local'))
    const own = withOwnSidecars(store, { now: Date.now, whenChanging })
    for (const wrapped of [store, whenChanging, own]) expect(wrapped).toHaveProperty('tomorrow', tomorrow)
  })

  it('keeps a method of a publisher that it does not know', async () => {
    await using open = await scene()
    const publisher = { ...open.telegram, tomorrow }
    expect(publisherCalls(publisher, context('telegram'))).toHaveProperty('tomorrow', tomorrow)
  })

  it('keeps a method of a model, a reducer or a configuration source that it does not know', () => {
    const calls = context('openai')
    const none = () => Promise.reject(new Error('not used'))
    const model = { ask: none, tomorrow }
    const images = { reduce: none, reduceAll: none, tomorrow }
    const source = {
      kind: 'orchestrator' as const,
      lookup: none,
      resolveCredentials: none,
      reportUsage: none,
      check: none,
      acceptsToken: () => false,
      tomorrow,
    }
    for (const wrapped of [
      modelCalls(model, calls),
      imageCalls(images, calls.observe),
      configSourceCalls(source, calls.observe),
    ]) {
      expect(wrapped).toHaveProperty('tomorrow', tomorrow)
    }
  })
})
