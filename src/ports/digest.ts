/** SHA-256 of a stream, which Web Crypto cannot do on its own: each host has a way. */

/** Reads the stream to its end and gives the digest as lower-case hex. */
export type StreamDigest = (body: ReadableStream<Uint8Array>) => Promise<string>
