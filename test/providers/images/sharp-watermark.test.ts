import { expect, it } from 'vitest'
import { createSharpReducer } from '../../../src/providers/images/sharp.ts'
import { describeWatermarks, markOf } from '../../support/contracts/image-watermark.ts'
import { plain, sourceOf } from '../../support/fixtures/pictures.ts'

const reducer = createSharpReducer()

describeWatermarks('the reducer with sharp', (bytes, reductions) =>
  reducer.reduceAll(sourceOf(bytes), reductions, { owner: 'alice' }),
)

it('refuses a watermark whose picture is damaged, and makes no picture', async () => {
  const photo = await plain(300, 200).jpeg().toBuffer()
  const mark = await markOf()
  const watermark = { ...mark, picture: mark.picture.slice(0, 40) }
  const made = reducer.reduceAll(
    sourceOf(photo),
    [{ box: { width: 200, height: 200 }, mediaType: 'image/jpeg', watermark }],
    {
      owner: 'alice',
    },
  )
  await expect(made).rejects.toMatchObject({ code: 'watermark_unavailable' })
})
