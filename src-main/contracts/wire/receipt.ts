import { hexToBytes, type Hex32, type ProjectKey } from '../../domain/ids.ts'
import { LIMITS } from '../../domain/limits.ts'
import { checksOf } from './checks.ts'
import { wireCodec } from './codec.ts'
import { blockProofOf, type BlockProof } from './core-proof.ts'
import { PROOF_KINDS, proofFileCodec } from './proof-file.ts'

/** Everything it takes to check offline what a publisher granted a donor. What it says is for engine/verifier. */
export interface Receipt {
  readonly projectKey: ProjectKey
  /** The block of the project core that names the ledger. */
  readonly announcement: BlockProof
  /** Public key that signs this ledger; the ledger's key is the key of a core with this one signer. */
  readonly ledgerSigner: Hex32
  /** The donor's latest block in that ledger. */
  readonly grant: BlockProof
}

const WHAT = 'receipt'
const check = checksOf(WHAT)
const codec = wireCodec<'@wire/receipt', Receipt>({
  what: WHAT,
  layout: '@wire/receipt',
  maxBytes: LIMITS.receiptBytes,
  toLayout: (receipt) => ({
    ...receipt,
    kind: PROOF_KINDS.receipt,
    projectKey: hexToBytes(receipt.projectKey),
    ledgerSigner: hexToBytes(receipt.ledgerSigner),
  }),
  fromLayout(layout) {
    check.that(layout.kind === PROOF_KINDS.receipt, 'is of another kind')
    return {
      projectKey: check.key('a project key', layout.projectKey),
      announcement: blockProofOf(check, 'the announcement', layout.announcement),
      ledgerSigner: check.key('a ledger signer', layout.ledgerSigner),
      grant: blockProofOf(check, 'the grant', layout.grant),
    }
  },
})
const file = proofFileCodec(WHAT, codec)

/** A receipt as a file, `LIMITS.receiptBytes` and a short header at most. Throws `bad-argument`. */
export const encodeReceipt: (receipt: Receipt) => Uint8Array = file.encode
/** The form alone: whether anything is proven is for engine/verifier. Throws `bad-record` or `protocol-version`. */
export const parseReceipt: (file: Uint8Array) => Receipt = file.parse
