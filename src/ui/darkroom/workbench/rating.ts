/** Rating of a photo, changed on the page before the server has answered. */
import type { Rating } from '../../../contract/rating.ts'
import type { Gallery } from '../../gallery/gallery.ts'
import type { Photo } from '../../gallery/gallery-api.ts'
import { adminApi } from '../admin-api.ts'
import type { DeskStore } from './desk-state.ts'
import { keyOf } from './draft.ts'
import type { Work } from './work.ts'

/** Creates the function that rates a photo. Quick taps become one change after the other, so the last tap wins. */
export function createRate(gallery: Gallery, { change, tell }: DeskStore, work: Work) {
  const wanted = new Map<string, Rating>()
  const learn = ({ filename }: Photo, { rating, rating_source: source }: Pick<Photo, RatingField>) =>
    gallery.learn(filename, { ...(rating && { rating }), ...(source && { rating_source: source }) })

  return async function rate(photo: Photo, rating: Rating): Promise<void> {
    const { filename } = photo
    const key = keyOf(photo)
    const isUnderWay = wanted.has(key)
    wanted.set(key, rating)
    learn(photo, byPerson(rating))
    change(photo, { notRated: null })
    if (isUnderWay) return
    let saved: Pick<Photo, RatingField> = photo
    for (;;) {
      const sent = wanted.get(key) ?? rating
      const result = await adminApi.save(filename, { rating: sent })
      if ('value' in result) saved = byPerson(sent)
      // The admin has tapped again since.
      if (wanted.get(key) !== sent) continue
      wanted.delete(key)
      if ('value' in result) return
      const { problem } = result
      learn(photo, saved)
      change(photo, { notRated: { rating: sent, problem } })
      if (!work.isSeen(photo))
        tell({ text: 'notRated', photo: filename, problem, show: () => work.show(photo) })
      return
    }
  }
}

type RatingField = 'rating' | 'rating_source'

const byPerson = (rating: Rating) => ({ rating, rating_source: 'person' as const })
