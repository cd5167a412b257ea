/** SHA-256 of a stream. Web Crypto cannot hash streams, so each host has its own implementation. */

/** Reads the stream to its end and returns the digest as lower-case hex. */
export type StreamDigest = (body: ReadableStream<Uint8Array>) => Promise<string>
