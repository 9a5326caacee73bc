/** Ambient types of the untyped peer-to-peer packages: only the surface that this folder uses. */

declare module 'hypercore' {
  import type { EventEmitter } from 'node:events'
  import type { Duplex } from 'node:stream'

  export interface CorePeer {
    /** What the peer claims; nothing is proven until blocks are signed. */
    readonly remoteLength: number
    readonly remotePublicKey: Uint8Array
    readonly stream: Duplex
    /** Requests of ours that it has not answered. */
    readonly inflight: number
    /** Messages of that kind it has sent. */
    readonly stats: { readonly wireData: { readonly rx: number } }
  }
  export interface Manifest {
    readonly version: number
    readonly hash?: 'blake2b'
    readonly quorum?: number
    readonly signers: readonly { readonly publicKey: Uint8Array }[]
    readonly prologue?: { readonly hash: Uint8Array; readonly length: number } | null
  }
  export interface ProofNode {
    readonly index: number
    readonly size: number
    readonly hash: Uint8Array
  }
  export interface CoreProof {
    readonly fork: number
    readonly block: {
      readonly index: number
      readonly value: Uint8Array
      readonly nodes: readonly ProofNode[]
    } | null
    readonly upgrade: {
      readonly start: number
      readonly length: number
      readonly nodes: readonly ProofNode[]
      readonly additionalNodes: readonly ProofNode[]
      /** Wrapped for several signers; {@link Manifest} says how many. */
      readonly signature: Uint8Array
    }
  }
  export interface Download {
    done(): Promise<void>
    destroy(): void
  }
  export default class Hypercore extends EventEmitter {
    static key(manifest: Manifest): Uint8Array
    static discoveryKey(key: Uint8Array): Uint8Array
    readonly key: Uint8Array
    readonly discoveryKey: Uint8Array
    readonly length: number
    readonly byteLength: number
    readonly opened: boolean
    readonly writable: boolean
    /** Null until a first proof came from a peer. */
    readonly manifest: Manifest | null
    readonly closing: boolean | Promise<void> | null
    readonly peers: readonly CorePeer[]
    ready(): Promise<void>
    close(): Promise<void>
    update(options?: { wait?: boolean; force?: boolean }): Promise<boolean>
    append(blocks: readonly Uint8Array[]): Promise<{ length: number }>
    get(index: number, options: { wait: false }): Promise<Uint8Array | null>
    get(index: number, options?: { timeout?: number }): Promise<Uint8Array>
    /** From the disk alone; rejects when nodes or the block are missing. `upgrade` from 0 gives the roots at its length. */
    proof(wanted: {
      readonly block?: { readonly index: number; readonly nodes: 0 }
      readonly upgrade: { readonly start: 0; readonly length: number }
    }): Promise<CoreProof>
    has(start: number, end?: number): Promise<boolean>
    /** Forgets blocks; they can be fetched again. */
    clear(start: number, end: number): Promise<unknown>
    download(range: { start: number; end: number; linear?: boolean }): Download
    /** On a connection, or on a new stream of its own (`true` = initiator). */
    replicate(stream: Duplex | boolean): Duplex
    on(event: 'append' | 'close' | 'peer-add' | 'peer-remove', listener: () => void): this
    /** Two signed stories of this core exist; `proof` is the other one, at `length`. The core closes right after. */
    on(event: 'conflict', listener: (length: number, fork: number, proof: CoreProof) => void): this
    /** A peer sent what its proof does not cover. The library asks that peer for nothing more, and leaves it connected. */
    on(
      event: 'verification-error',
      listener: (error: Error, request: unknown, response: unknown, from: CorePeer) => void,
    ): this
    off(event: 'append' | 'close' | 'peer-add' | 'peer-remove', listener: () => void): this
  }
}

declare module 'corestore' {
  import type Hypercore from 'hypercore'
  import type { Manifest } from 'hypercore'

  interface SigningKeys {
    readonly publicKey: Uint8Array
    readonly secretKey: Uint8Array
  }
  export default class Corestore {
    constructor(dir: string, options?: { allowBackup?: boolean; wait?: boolean })
    /** `db` is the column family that holds the cores; another one, also called rocks, is empty. */
    readonly storage: { readonly db: { flush(): Promise<void> } }
    ready(): Promise<void>
    close(): Promise<void>
    get(options: {
      key?: Uint8Array
      name?: string
      keyPair?: SigningKeys
      manifest?: Manifest
      writable?: boolean
    }): Hypercore
    staticify(core: Hypercore): Promise<Hypercore>
    suspend(): Promise<void>
    resume(): Promise<void>
  }
}

declare module 'hyperdht' {
  import type { EventEmitter } from 'node:events'
  import type { Duplex } from 'node:stream'
  import type { SwarmConnection } from 'hyperswarm'

  export interface NodeAddress {
    readonly host: string
    readonly port: number
  }
  /** A node that passes messages on to us, and where it believes that we are. */
  export interface Relay {
    readonly relayAddress: NodeAddress
    readonly peerAddress: NodeAddress
  }
  export interface DhtOptions {
    bootstrap?: readonly NodeAddress[]
    host?: string
    port?: number
    ephemeral?: boolean
    firewalled?: boolean
    /** Milliseconds between two signs of life on an idle connection. */
    connectionKeepAlive?: number
  }
  export default class DHT extends EventEmitter {
    constructor(options?: DhtOptions)
    static bootstrapper(port: number, host: string, options?: DhtOptions): DHT
    readonly randomized: boolean
    /** Counts of all its sockets. Single packets, by which nodes find each other, are counted only when they come in. */
    readonly udx: { readonly bytesReceived: number; readonly bytesTransmitted: number }
    /** `to`: our address as that node sees it. */
    ping(node: NodeAddress): Promise<{ readonly to: NodeAddress }>
    createRawStream(options: object): Duplex
    createServer(
      options: { shareLocalAddress: boolean },
      onConnection: (connection: SwarmConnection) => void,
    ): { listen(keys: { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array }): Promise<void> }
    address(): NodeAddress
    fullyBootstrapped(): Promise<void>
    /** One connection without a swarm around it: tests make many from one socket, each with a key of its own. */
    connect(
      remotePublicKey: Uint8Array,
      options: { readonly keyPair: { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array } },
    ): SwarmConnection
    destroy(options?: { force?: boolean }): Promise<void>
  }
}

declare module 'hyperswarm' {
  import type { EventEmitter } from 'node:events'
  import type { Duplex } from 'node:stream'
  import type DHT from 'hyperdht'
  import type { Relay } from 'hyperdht'

  export interface SwarmConnection extends Duplex {
    readonly publicKey: Uint8Array
    readonly remotePublicKey: Uint8Array
    /** 64 bytes, the same on both sides and on no other connection. */
    readonly handshakeHash: Uint8Array
    readonly isInitiator: boolean
    readonly rawBytesRead: number
    /** The stream below the encryption; its address is that of the peer, or of the relay that carries the stream. */
    readonly rawStream: {
      readonly remoteHost: string | null
      /** Counts at once; {@link rawBytesRead} counts a message when it is complete. */
      readonly bytesReceived: number
      on(event: 'data', listener: () => void): void
      off(event: 'data', listener: () => void): void
    }
    /** Bytes of the message that is coming in, 0 between two. Private, and the only sign of it before it is complete. */
    readonly _len: number
    /** Private: what was written and not passed on yet. */
    readonly _writableState: { readonly buffered: number }
    /** Corestore and hypercore look for the muxer of a stream here. */
    userData: unknown
    readonly keepAlive: number
    setKeepAlive(ms: number): void
  }
  export interface Discovery {
    flushed(): Promise<boolean>
    destroy(): Promise<void>
  }
  export interface SwarmOptions {
    dht: DHT
    keyPair: { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array }
    maxPeers?: number
    /** Of several relays one is picked at random. */
    relayThrough?: (force: boolean) => readonly Uint8Array[] | null
  }
  export default class Hyperswarm extends EventEmitter {
    constructor(options: SwarmOptions)
    readonly dht: DHT
    readonly server: {
      /** Milliseconds that what a handshake left behind is kept. */
      handshakeClearWait: number
      /** Announces again within three seconds. */
      refresh(): void
      /** Private: the nodes that hold our announcement. Null before the server listens. */
      readonly _announcer: { readonly relays: readonly Relay[] } | null
      /** True: no handshake with this peer now. */
      firewall(publicKey: Uint8Array, payload: unknown, address: unknown): boolean
    }
    maxPeers: number
    readonly connections: ReadonlySet<SwarmConnection>
    listen(): Promise<void>
    join(topic: Uint8Array, options: { server: boolean; client: boolean }): Discovery
    leave(topic: Uint8Array): Promise<void>
    joinPeer(publicKey: Uint8Array): void
    leavePeer(publicKey: Uint8Array): void
    suspend(): Promise<void>
    resume(): Promise<void>
    destroy(options?: { force?: boolean }): Promise<void>
    on(event: 'connection', listener: (connection: SwarmConnection) => void): this
  }
}

declare module 'blind-relay' {
  import type { EventEmitter } from 'node:events'
  import type { Duplex } from 'node:stream'

  export class Server {
    constructor(options: { createStream: (options: object) => Duplex })
    accept(stream: Duplex, options: { id: Uint8Array }): EventEmitter
    close(): Promise<void>
  }
}

declare module 'protomux' {
  import type { Duplex } from 'node:stream'

  export default class Protomux {
    static from(stream: Duplex): Protomux
    /** Called when the peer opens a channel of that protocol that nobody here opened; `id` is what it named. */
    pair(channel: { protocol: string; id?: Uint8Array }, notify: (id: Uint8Array | null) => unknown): void
    /** Open channels. Those of hypercore carry the peer, with what was asked for and not sent yet (private). */
    [Symbol.iterator](): Iterator<{
      readonly userData: { readonly remoteRequests?: ReadonlyMap<number, unknown> } | null
    }>
    /** One place for every channel number that the peer ever used; private, and the only count of refused ones. */
    readonly _remote: readonly unknown[]
  }
}

declare module 'protomux-rpc' {
  import type { EventEmitter } from 'node:events'
  import type { Duplex } from 'node:stream'

  interface Encoding {
    preencode(state: never, value: never): void
    encode(state: never, value: never): void
    decode(state: never): unknown
  }
  export default class ProtomuxRPC extends EventEmitter {
    constructor(stream: Duplex, options: { protocol: string; valueEncoding: Encoding })
    readonly closed: boolean
    readonly stream: Duplex
    respond(method: string, handler: (value: Uint8Array) => Uint8Array | Promise<Uint8Array>): this
    request(method: string, value: Uint8Array, options?: { timeout?: number }): Promise<Uint8Array>
    event(method: string, value: Uint8Array): void
    destroy(error?: Error): void
    on(event: 'open' | 'close', listener: () => void): this
  }
}

declare module 'hypercore-crypto' {
  export interface SigningKeys {
    readonly publicKey: Uint8Array
    readonly secretKey: Uint8Array
  }
  export function keyPair(seed: Uint8Array): SigningKeys
  export function encryptionKeyPair(seed: Uint8Array): SigningKeys
  export function sign(message: Uint8Array, secretKey: Uint8Array): Uint8Array
  export function verify(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean
  /** Blake2b-256 over the bytes or the concatenation of the parts; into `out` (32 bytes) where it is given. */
  export function hash(bytes: Uint8Array | readonly Uint8Array[], out?: Uint8Array): Uint8Array
}
