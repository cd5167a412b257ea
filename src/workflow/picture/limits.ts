/** What a photo may measure, wherever it is opened or taken in (design section 10). */

/** 50 MB, read generously: 50 times 2^20 bytes. */
export const maxPhotoBytes = 50 * 1024 * 1024

/** A camera sold as having 100 megapixels records up to 102; the rest is room for stitched edges. */
export const maxPhotoPixels = 110_000_000
