// What Node and browsers have in common beyond ECMAScript, as far as the pure layers use it. Deliberately without
// clocks, timers, randomness, network and console.
interface TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>
}
declare const TextEncoder: { new (): TextEncoder }

interface TextDecoder {
  decode(bytes?: Uint8Array | ArrayBuffer): string
}
declare const TextDecoder: {
  new (label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }): TextDecoder
}

interface SubtleCrypto {
  digest(algorithm: 'SHA-256', bytes: Uint8Array<ArrayBuffer> | ArrayBuffer): Promise<ArrayBuffer>
}
declare const crypto: { readonly subtle: SubtleCrypto }

declare function structuredClone<T>(value: T): T
declare function queueMicrotask(callback: () => void): void
