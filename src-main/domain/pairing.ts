import type { DonorKey } from './ids.ts'

/** A donor that asks for a copy of a unit, or that holds or has answered one. */
export interface Partner {
  readonly donorKey: DonorKey
  /** Where it connects from; undefined when nobody can tell, as behind a relay. */
  readonly address: string | undefined
}

/**
 * Whether a donor may get a copy of a unit beside `others`, who hold or have answered one.
 * - `never`: it has or had one itself: two copies at one donor prove nothing
 * - `avoid`: only when nobody else comes: it sits at the same address as another
 * - `yes`
 */
export type Pairing = 'yes' | 'avoid' | 'never'

export function pairing({ donorKey, address }: Partner, others: readonly Partner[]): Pairing {
  if (others.some((other) => other.donorKey === donorKey)) return 'never'
  const near = address !== undefined && others.some((other) => other.address === address)
  return near ? 'avoid' : 'yes'
}

/** Below this share of the work, checkers could not keep up with everybody else. */
const CHECKERS_SHARE_MIN = 0.5

/**
 * Whether a donor may get a unit that others have answered: then it checks them. Only checkers (`isChecker`) may, or
 * new keys would confirm each other, and those of a forger that has established one. `checkersShare` (0..1): of the
 * units that are handed out now, those that go to checkers. While they are few, as at the start of a project, anybody
 * may check anybody, and one more vote is wanted (`quorumOf`).
 */
export function mayCheck(checker: boolean, checkersShare: number): boolean {
  return checker || checkersShare < CHECKERS_SHARE_MIN
}
