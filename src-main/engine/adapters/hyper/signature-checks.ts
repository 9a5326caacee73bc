import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { verify } from 'hypercore-crypto'
import { PowerswarmError } from '../../../domain/errors.ts'
import { hexToBytes, type DonorKey, type ProjectKey } from '../../../domain/ids.ts'
import type { Log } from '../../ports.ts'
import { DONOR_KEY_AT, PROOF_BYTES, SIGNATURE_AT } from './proof-layout.ts'
import { submitDigest } from './signatures.ts'

/** Beside the sources, beside the built engine, or in its chunks' parent folder. */
const PROGRAM_PLACES = ['signature-worker.ts', 'signature-worker.js', '../signature-worker.js']
/** Submits a second from which on a thread of its own is worth its memory. */
const BUSY_PER_SECOND = 100

interface Question {
  readonly proof: Uint8Array
  readonly resolve: (holds: boolean) => void
  readonly reject: (error: Error) => void
}

export interface SignatureChecksInit {
  readonly log: Log
  /** Tests set it. */
  readonly busyPerSecond?: number
  /** Never goes back; milliseconds. */
  readonly now?: () => number
}

/**
 * Checks the signatures of submits. One takes 40 µs, at one result a submit a fifth of what a busy publisher does: then
 * a thread does it, many at a time. Without one, or when it fails, they are checked here.
 */
export class SignatureChecks {
  readonly #log: Log
  readonly #busyPerSecond: number
  readonly #now: () => number
  #worker: Worker | 'none' | undefined
  #second = 0
  #submits = 0
  #waiting: Question[] = []
  /** Groups that the thread has, oldest first. */
  #asked: (readonly Question[])[] = []
  #closed = false

  constructor({ log, busyPerSecond = BUSY_PER_SECOND, now = () => performance.now() }: SignatureChecksInit) {
    this.#log = log
    this.#busyPerSecond = busyPerSecond
    this.#now = now
  }

  /** Whether the donor signed these results. Rejects with `busy` when it is closed meanwhile. */
  async submitHolds(
    projectKey: ProjectKey,
    results: Uint8Array,
    donorKey: DonorKey,
    signature: Uint8Array,
  ): Promise<boolean> {
    const digest = submitDigest(projectKey, results)
    const key = hexToBytes(donorKey)
    if (!this.#isBusy() || this.#started() === 'none') return verify(digest, signature, key)
    const proof = new Uint8Array(PROOF_BYTES)
    proof.set(digest)
    proof.set(key, DONOR_KEY_AT)
    proof.set(signature, SIGNATURE_AT)
    return new Promise((resolve, reject) => {
      // What comes in one turn of the event loop goes out together.
      if (this.#waiting.length === 0) setImmediate(() => this.#ask())
      this.#waiting.push({ proof, resolve, reject })
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    const gone = new PowerswarmError('busy', 'The publisher is closing')
    for (const { reject } of [...this.#asked.flat(), ...this.#waiting]) reject(gone)
    this.#asked = []
    this.#waiting = []
    if (this.#worker instanceof Worker) await this.#worker.terminate()
    this.#worker = 'none'
  }

  #isBusy(): boolean {
    const second = Math.floor(this.#now() / 1000)
    if (second !== this.#second) [this.#second, this.#submits] = [second, 0]
    this.#submits += 1
    // A thread that runs costs nothing more.
    return this.#submits > this.#busyPerSecond || this.#worker instanceof Worker
  }

  #started(): Worker | 'none' {
    return (this.#worker ??= this.#start())
  }

  #start(): Worker | 'none' {
    const path = PROGRAM_PLACES.map((place) => join(import.meta.dirname, place)).find((each) =>
      existsSync(each),
    )
    if (path === undefined) {
      this.#log('warn', 'no-signature-thread', { why: 'its program is missing' })
      return 'none'
    }
    const worker = new Worker(path, { env: {}, execArgv: [] })
    worker.unref()
    worker.on('message', (holds: Uint8Array) => {
      const questions = this.#asked.shift() ?? []
      for (const [i, { resolve }] of questions.entries()) resolve(holds[i] === 1)
    })
    worker.on('error', (error) => this.#failed(error))
    return worker
  }

  #ask(): void {
    const questions = this.#waiting
    this.#waiting = []
    if (questions.length === 0) return
    if (!(this.#worker instanceof Worker)) {
      answer(questions)
      return
    }
    const proofs = new Uint8Array(PROOF_BYTES * questions.length)
    for (const [i, { proof }] of questions.entries()) proofs.set(proof, PROOF_BYTES * i)
    this.#asked.push(questions)
    this.#worker.postMessage(proofs, [proofs.buffer])
  }

  /** The thread is gone: what it was asked is answered here, and so is the rest from now on. */
  #failed(error: unknown): void {
    if (this.#closed) return
    this.#worker = 'none'
    this.#log('warn', 'no-signature-thread', { why: String(error) })
    const asked = this.#asked
    this.#asked = []
    for (const questions of asked) answer(questions)
  }
}

function answer(questions: readonly Question[]): void {
  for (const { proof, resolve } of questions) {
    const signature = proof.subarray(SIGNATURE_AT)
    resolve(verify(proof.subarray(0, DONOR_KEY_AT), signature, proof.subarray(DONOR_KEY_AT, SIGNATURE_AT)))
  }
}
