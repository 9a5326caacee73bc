import type Hypercore from 'hypercore'
import type { CoreProof, ProofNode } from 'hypercore'
import { encodeEvidence, type Evidence, type HeadProof } from '../../../contracts/wire/evidence.ts'
import type { ProjectKey } from '../../../domain/ids.ts'
import { headOf, proveHead } from './core-proof.ts'
import { findLedger, signerOf } from './receipt-export.ts'

export interface ForkWatch {
  readonly projectKey: ProjectKey
  readonly project: Hypercore
  /** The core to watch: the project core, or the ledger of `epoch`. */
  readonly core: Hypercore
  readonly epoch?: number | undefined
  /** Evidence as a file. */
  onEvidence(file: Uint8Array): void
  onFailure(error: unknown): void
}

/**
 * Turns it into evidence when a peer shows another signed story of the core than the one on this disk. Hypercore has
 * checked its signature; it freezes the core and closes it right after.
 */
export function watchForks(watch: ForkWatch): void {
  const { core } = watch
  core.on('conflict', (length, _fork, proof) => {
    // Asked for before the core closes.
    const own = proveHead(core, length)
    const file = own.then(async (head) =>
      encodeEvidence({
        projectKey: watch.projectKey,
        ...(await ledgerOf(watch)),
        length,
        heads: [head, shownHead(length, proof)],
      }),
    )
    file.then((bytes) => watch.onEvidence(bytes)).catch((error: unknown) => watch.onFailure(error))
  })
}

async function ledgerOf({ projectKey, project, core, epoch }: ForkWatch): Promise<Pick<Evidence, 'ledger'>> {
  if (epoch === undefined) return {}
  const { announcement } = await findLedger(projectKey, project, epoch)
  return { ledger: { announcement, ledgerSigner: signerOf(core) } }
}

/** A proof does not say how many blocks its signature covers: that follows from the subtrees it leads on with. */
function shownHead(length: number, proof: CoreProof): HeadProof {
  const beyond = proof.upgrade.additionalNodes.reduce((blocks, node) => blocks + blocksBelow(node), 0)
  return headOf(proof, length + beyond)
}

/** The number of a subtree over 2^k blocks ends, in binary, in k ones. */
function blocksBelow({ index }: ProofNode): number {
  let blocks = 1
  for (let rest = index; rest % 2 === 1; rest = (rest - 1) / 2) blocks *= 2
  return blocks
}
