/**
 * Providers whose libraries are loaded on first use, since they would make each start longer. What is not loaded yet cannot be spread:
 * `satisfies` makes each wrapper name every method of its port, optional ones included.
 */
import { onceLoaded } from '../base/once.ts'
import type { LanguageModel } from '../ports/language-model.ts'
import type { Mailer } from '../ports/mail.ts'

/** A model that `load` gives with the first question. */
export function lateModel(load: () => Promise<LanguageModel>): LanguageModel {
  const model = onceLoaded(load)
  return {
    ask: async (...call) => (await model()).ask(...call),
    listModels: async (signal) => (await (await model()).listModels?.(signal)) ?? null,
  } satisfies Required<LanguageModel>
}

/** A mailer that `load` gives with the first mail. */
export function lateMailer(load: () => Promise<Mailer>): Mailer {
  const mailer = onceLoaded(load)
  return {
    connect: async (server, signal) => (await mailer()).connect(server, signal),
  } satisfies Required<Mailer>
}
