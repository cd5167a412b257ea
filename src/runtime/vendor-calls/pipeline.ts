/**
 * Pipeline around every port. Each method runs through layers (observe, limit, break), which read its rule from a table. The table names
 * every method of the port, so a method without a rule is a type error.
 */
import type { CallOutcome } from '../../ports/metrics.ts'

/** Rule of one method of a port. */
export interface CallRule<Parameters extends readonly unknown[], Answer> {
  /** Name of the call in metrics and spans. `from` derives the name from the parameters. */
  operation: string | { from(...parameters: Parameters): string }
  /** Outcome of an answer. Default: `ok`. */
  outcomeOf?(answer: Answer): CallOutcome
  /** Outcome of an error. Default, also for undefined: the code of the error. */
  failureOf?(error: unknown): CallOutcome | undefined
  /** Signal that aborts the wait for a slot. Default: none. */
  signalOf?(...parameters: Parameters): AbortSignal
  /** Frees the resources of an answer that arrived after the deadline. Default: nothing to free. */
  release?(answer: Answer): void
}

/** Rule of a method with any parameters and answer. */
export type AnyCallRule = CallRule<readonly unknown[], unknown>

/** Mark of a method without layers: it calls no vendor, or only when an admin asks. */
const direct = 'direct'

type Method = (...parameters: never[]) => unknown

/** Names of a port's methods, including optional methods. */
export type MethodName<Port> = keyof {
  [Name in keyof Port as NonNullable<Port[Name]> extends Method ? Name : never]: unknown
}

type RuleOf<Called, Treatment> = Called extends (...parameters: infer Parameters) => Promise<infer Answer>
  ? (CallRule<Parameters, Answer> & Treatment) | typeof direct
  : typeof direct

/**
 * Rules of all methods of a port. A method without a promise can only be `direct`. Check tables with `satisfies`. `Treatment` adds the
 * fields that further layers need.
 */
export type CallTable<Port, Treatment = unknown> = {
  readonly [Name in MethodName<Port>]-?: RuleOf<NonNullable<Port[Name]>, Treatment>
}

/** Wraps one call. `rule` and `parameters` belong to the called method. */
export type Layer<Treatment = unknown> = <Answer>(
  call: () => Promise<Answer>,
  rule: AnyCallRule & Treatment,
  parameters: readonly unknown[],
) => Promise<Answer>

/**
 * Wraps a port so that every method of the table runs through the layers; the first layer is closest to the provider. `direct` methods,
 * and members that the table does not name, reach the port itself. An optional method that the port lacks stays absent.
 */
export function throughLayers<Port extends object, Treatment = unknown>(
  port: Port,
  table: CallTable<Port, Treatment>,
  layers: readonly Layer<Treatment>[],
): Port {
  const rules: [string, (AnyCallRule & Treatment) | typeof direct][] = Object.entries(table)
  // TypeScript cannot see that each override has the type of its method: parameters and answer pass through unread.
  const overrides: Record<string, unknown> = {}
  for (const [name, rule] of rules) {
    const method: unknown = Reflect.get(port, name)
    if (typeof method !== 'function') continue
    overrides[name] =
      rule === direct
        ? method.bind(port)
        : (...parameters: unknown[]) => callThrough(layers, rule, port, name, parameters)
  }
  return { ...inheritedMembers(port), ...port, ...overrides }
}

function callThrough<Treatment>(
  layers: readonly Layer<Treatment>[],
  rule: AnyCallRule & Treatment,
  port: object,
  name: string,
  parameters: unknown[],
): Promise<unknown> {
  const atProvider = (): Promise<unknown> => Reflect.apply(Reflect.get(port, name), port, parameters)
  return layers.reduce((call, layer) => () => layer(call, rule, parameters), atProvider)()
}

/** Returns the members of the port's class, which a spread omits. Binds methods to the port. */
function inheritedMembers(port: object, heir: object = port): Record<string, unknown> {
  const prototype = Reflect.getPrototypeOf(heir)
  // Stop at `Object.prototype`.
  if (!prototype || !Reflect.getPrototypeOf(prototype)) return {}
  const names = Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor')
  const members = names.map((name): [string, unknown] => {
    const member: unknown = Reflect.get(port, name)
    return [name, typeof member === 'function' ? member.bind(port) : member]
  })
  return { ...inheritedMembers(port, prototype), ...Object.fromEntries(members) }
}
