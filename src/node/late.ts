/**
 * Providers whose libraries are loaded at the first use, to shorten each start. `satisfies` makes each wrapper name every method of its
 * port, including optional methods, since an unloaded provider cannot be spread.
 */
import { PublisherError } from '../base/errors.ts'
import { onceLoaded } from '../base/once.ts'
import type { ImageReducer, PictureSource } from '../ports/images.ts'
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

/** Creates a reducer that is loaded at its first call. */
export function lateReducer(load: () => Promise<ImageReducer>): ImageReducer {
  const loaded = onceLoaded(load)
  const reducerFor = async ({ body }: PictureSource): Promise<ImageReducer> => {
    try {
      return await loaded()
    } catch (error) {
      await body.cancel(error)
      throw error
    }
  }
  return {
    reduce: async (source, ...rest) => (await reducerFor(source)).reduce(source, ...rest),
    reduceAll: async (source, ...rest) => (await reducerFor(source)).reduceAll(source, ...rest),
    async toJpeg(source, owner) {
      const { toJpeg } = await reducerFor(source)
      if (toJpeg) return toJpeg(source, owner)
      await source.body.cancel()
      throw new PublisherError('unsupported_photo', 'This server cannot decode photos of this format.')
    },
  } satisfies Required<ImageReducer>
}
