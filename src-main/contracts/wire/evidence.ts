import { hexToBytes, type Hex32, type ProjectKey } from '../../domain/ids.ts'
import { LIMITS } from '../../domain/limits.ts'
import { checksOf } from './checks.ts'
import { badRecord, wireCodec } from './codec.ts'
import { blockProofOf, treeNodesOf, type BlockProof, type TreeNode } from './core-proof.ts'
import { PROOF_KINDS, proofFileCodec } from './proof-file.ts'
import type { HeadProofLayout } from './spec/index.js'

/** A signed head of a core, and how it stood at a shorter length that another head is compared at. */
export interface HeadProof {
  /** Roots of the tree at {@link Evidence.length}, from left to right. */
  readonly roots: readonly TreeNode[]
  /** Blocks that the signature covers, at least that many. */
  readonly length: number
  /** The largest subtrees that lead on from there to `length`, from left to right; none when the lengths are equal. */
  readonly rest: readonly TreeNode[]
  /** 64 bytes, Ed25519. */
  readonly signature: Uint8Array
}

/** Two heads of one core that cannot both be true: whoever signs the core signed two stories. */
export interface Evidence {
  readonly projectKey: ProjectKey
  /** The ledger it is about and what names it; without, it is about the project core itself. */
  readonly ledger?: { readonly announcement: BlockProof; readonly ledgerSigner: Hex32 }
  /** Where the two heads are compared. */
  readonly length: number
  readonly heads: readonly [HeadProof, HeadProof]
}

const WHAT = 'evidence'
const check = checksOf(WHAT)

function headOf(layout: HeadProofLayout, from: number): HeadProof {
  return {
    roots: treeNodesOf(check, 'roots', layout.roots),
    length: check.whole('a length of a head', layout.length, from, Number.MAX_SAFE_INTEGER),
    rest: treeNodesOf(check, 'the rest', layout.rest),
    signature: layout.signature,
  }
}

const codec = wireCodec<'@wire/evidence', Evidence>({
  what: WHAT,
  layout: '@wire/evidence',
  maxBytes: LIMITS.receiptBytes,
  toLayout: ({ projectKey, ledger, length, heads }) => ({
    kind: PROOF_KINDS.evidence,
    projectKey: hexToBytes(projectKey),
    ledger: ledger
      ? [{ announcement: ledger.announcement, ledgerSigner: hexToBytes(ledger.ledgerSigner) }]
      : [],
    length,
    heads,
  }),
  fromLayout(layout) {
    check.that(layout.kind === PROOF_KINDS.evidence, 'is of another kind')
    check.that(layout.ledger.length <= 1, 'names more than one ledger')
    const length = check.whole('a length', layout.length, 1, Number.MAX_SAFE_INTEGER)
    const [one, other] = layout.heads
    if (!one || !other || layout.heads.length > 2) throw badRecord(WHAT, 'has not two heads')
    const [named] = layout.ledger
    const ledger = named && {
      announcement: blockProofOf(check, 'the announcement', named.announcement),
      ledgerSigner: check.key<Hex32>('a ledger signer', named.ledgerSigner),
    }
    return {
      projectKey: check.key('a project key', layout.projectKey),
      ...(ledger ? { ledger } : {}),
      length,
      heads: [headOf(one, length), headOf(other, length)],
    }
  },
})
const file = proofFileCodec(WHAT, codec)

/** Evidence as a file. Throws `bad-argument`. */
export const encodeEvidence: (evidence: Evidence) => Uint8Array = file.encode
/** The form alone: whether it shows anything is for engine/verifier. Throws `bad-record` or `protocol-version`. */
export const parseEvidence: (file: Uint8Array) => Evidence = file.parse
