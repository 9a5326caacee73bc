/**
 * What a donor has for its result of one unit. Held credit is not on the ledger.
 *
 *   none ──▶ held ──▶ granted ──▶ revoked
 *     ▲───────┘  ▲       │
 *     └──────────┼───────┘ never: what the ledger says is taken back by another record, once
 *   none ────────┴──▶ granted
 */
export type Credit = 'none' | 'held' | 'granted' | 'revoked'

/**
 * How a donor's result stands when its credit is looked at again.
 * - `pending`: it waits for other donors' results, or was questioned
 * - `trusted`: accepted on its donor's word, no check since
 * - `verified`: it counts
 * - `rejected`, `uncounted`: it does not
 */
export type CreditStanding = 'pending' | 'trusted' | 'verified' | 'rejected' | 'uncounted'

/**
 * The one function that moves credit. A questioned result keeps a grant until it is decided, so the ledger changes
 * only for what turned out wrong. Credit that was revoked stays revoked: a unit is decided by a quorum once.
 */
export function moveCredit(credit: Credit, standing: CreditStanding): Credit {
  if (credit === 'revoked') return credit
  switch (standing) {
    case 'verified':
      return 'granted'
    case 'trusted':
      return credit === 'granted' ? credit : 'held'
    case 'pending':
      return credit === 'granted' ? credit : 'none'
    case 'rejected':
    case 'uncounted':
      return credit === 'granted' ? 'revoked' : 'none'
  }
}
