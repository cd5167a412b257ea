/** Rating of a photo, changed on the page before the server has answered. */
import type { Rating } from '../../../contract/rating.ts'
import type { Gallery } from '../../gallery/gallery.ts'
import type { Photo } from '../../gallery/gallery-api.ts'
import { adminApi } from '../admin-api.ts'
import type { DeskStore } from './desk-state.ts'
import { keyOf } from './draft.ts'

type Rated = Pick<Photo, 'rating' | 'rating_source'>

/** Creates the function that rates a photo. Quick taps become one change after the other, so the last tap wins. */
export function createRate(gallery: Gallery, { tell }: DeskStore) {
  const wanted = new Map<string, Rating>()
  return async function rate(photo: Photo, rating: Rating): Promise<void> {
    const { filename } = photo
    const key = keyOf(photo)
    const isUnderWay = wanted.has(key)
    wanted.set(key, rating)
    gallery.learn(filename, byPerson(rating))
    if (isUnderWay) return
    let saved: Rated = { ...photo }
    for (;;) {
      const sent = wanted.get(key) ?? rating
      const result = await adminApi.save(filename, { rating: sent })
      if ('value' in result) saved = byPerson(sent)
      if (wanted.get(key) !== sent) continue
      wanted.delete(key)
      if ('value' in result) return
      const { rating: before, rating_source: source } = saved
      gallery.learn(filename, { ...(before && { rating: before }), ...(source && { rating_source: source }) })
      return tell({
        text: 'notRated',
        photo: filename,
        problem: result.problem,
        retry: () => void rate({ ...photo, ...saved }, sent),
      })
    }
  }
}

const byPerson = (rating: Rating): Rated => ({ rating, rating_source: 'person' })
