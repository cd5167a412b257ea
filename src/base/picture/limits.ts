/** Limits of a photo, wherever it is opened or uploaded (docs/security.md). */

/** 50 MB, read generously: 50 times 2^20 bytes. */
export const maxPhotoBytes = 50 * 1024 * 1024

/** A camera sold as having 100 megapixels records up to 102; the rest is room for stitched edges. */
export const maxPhotoPixels = 110_000_000

/** Bytes before the pixels. Phones write extended XMP and depth maps of some MB there. */
export const maxBytesBeforePixels = 8 * 2 ** 20

/** Segments or chunks before the pixels. A colour profile may take 255, a depth map of 8 MB takes 128. */
export const maxBlocksBeforePixels = 1000

/** Compressed text and colour profiles before the pixels of a PNG, in bytes: deflate inflates each byte to 1032 at most (500 MB). */
export const maxCompressedBytes = 512 * 1024
