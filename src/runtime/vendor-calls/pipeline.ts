/**
 * The pipeline around every port: each method goes through layers (observe, limit, break) that read its rule from a table. The table
 * names every method of the port, so a method without a rule is a type error.
 */
import type { CallOutcome } from '../../ports/metrics.ts'

/** Rule of one method of a port, as the layers read it. */
export interface CallRule<Parameters extends readonly unknown[], Answer> {
  /** Name of the call in metrics and spans. `from`: where the parameters decide. */
  operation: string | { from(...parameters: Parameters): string }
  /** Outcome that an answer counts as. Default: `ok`. */
  outcomeOf?(answer: Answer): CallOutcome
  /** Outcome that an error counts as, where its code does not decide. */
  failureOf?(error: unknown): CallOutcome | undefined
  /** Signal that ends the waiting for a slot. Default: none. */
  signalOf?(...parameters: Parameters): AbortSignal
  /** Frees an answer that arrived after its deadline. Default: there is nothing to free. */
  release?(answer: Answer): void
}

/** Rule of a method whose parameters and answer a layer need not know. */
export type AnyCallRule = CallRule<readonly unknown[], unknown>

/** Marks a method that reaches its provider without any layer: it calls no vendor, or only on demand of an admin. */
const direct = 'direct'

type Method = (...parameters: never[]) => unknown

/** Names of a port's methods, optional ones included. */
export type MethodName<Port> = keyof {
  [Name in keyof Port as NonNullable<Port[Name]> extends Method ? Name : never]: unknown
}

type RuleOf<Called, Treatment> = Called extends (...parameters: infer Parameters) => Promise<infer Answer>
  ? (CallRule<Parameters, Answer> & Treatment) | typeof direct
  : typeof direct

/**
 * One rule for each method of a port. A method without a promise can only be `direct`. Check tables with `satisfies`.
 * `Treatment` holds what further layers want to know of each method.
 */
export type CallTable<Port, Treatment = unknown> = {
  readonly [Name in MethodName<Port>]-?: RuleOf<NonNullable<Port[Name]>, Treatment>
}

/** Wraps one call. `rule` and `parameters` are those of the method that is called. */
export type Layer<Treatment = unknown> = <Answer>(
  call: () => Promise<Answer>,
  rule: AnyCallRule & Treatment,
  parameters: readonly unknown[],
) => Promise<Answer>

/**
 * Gives the same port with every method of the table behind the layers; the first layer is closest to the provider. Members that the
 * table does not name and `direct` methods stay as they are; an optional method that the port lacks stays absent.
 */
export function throughLayers<Port extends object, Treatment = unknown>(
  port: Port,
  table: CallTable<Port, Treatment>,
  layers: readonly Layer<Treatment>[],
): Port {
  const rules: [string, (AnyCallRule & Treatment) | typeof direct][] = Object.entries(table)
  // TypeScript cannot follow that each override has the type of the method it replaces: parameters and answer pass through unread.
  const overrides: Record<string, (...parameters: unknown[]) => Promise<unknown>> = {}
  for (const [name, rule] of rules) {
    if (rule === direct || Reflect.get(port, name) === undefined) continue
    overrides[name] = (...parameters) => callThrough(layers, rule, port, name, parameters)
  }
  return { ...port, ...overrides }
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
