/**
 * Providers whose libraries are loaded at the first use, to shorten each start. `satisfies` makes each wrapper name every method of its
 * port, including optional methods, since an unloaded provider cannot be spread.
 */
import { onceLoaded } from '../base/once.ts'
import type { LanguageModel } from '../ports/language-model.ts'
import type { Mailer } from '../ports/mail.ts'

/** Creates a model that is loaded at its first call. */
export function lateModel(load: () => Promise<LanguageModel>): LanguageModel {
  const model = onceLoaded(load)
  return {
    ask: async (...call) => (await model()).ask(...call),
    listModels: async (signal) => (await (await model()).listModels?.(signal)) ?? null,
  } satisfies Required<LanguageModel>
}

/** Creates a mailer that is loaded at its first call. */
export function lateMailer(load: () => Promise<Mailer>): Mailer {
  const mailer = onceLoaded(load)
  return {
    connect: async (server, signal) => (await mailer()).connect(server, signal),
  } satisfies Required<Mailer>
}
