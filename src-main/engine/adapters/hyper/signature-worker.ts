import { parentPort } from 'node:worker_threads'
import { verify } from 'hypercore-crypto'
import { DONOR_KEY_AT, PROOF_BYTES, SIGNATURE_AT } from './proof-layout.ts'

/** The thread of signature-checks.ts. For each message of proofs behind each other it answers a byte for each: 1 holds. */
parentPort?.on('message', (proofs: Uint8Array) => {
  const holds = new Uint8Array(proofs.byteLength / PROOF_BYTES)
  for (let i = 0; i < holds.length; i++) {
    const proof = proofs.subarray(PROOF_BYTES * i, PROOF_BYTES * (i + 1))
    const signature = proof.subarray(SIGNATURE_AT)
    if (verify(proof.subarray(0, DONOR_KEY_AT), signature, proof.subarray(DONOR_KEY_AT, SIGNATURE_AT)))
      holds[i] = 1
  }
  parentPort?.postMessage(holds, [holds.buffer])
})
