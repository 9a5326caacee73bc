/**
 * How V8 is to compile units, on every slot host. None of these changes what a unit computes or costs.
 *
 * - Without the baseline compiler: it would run every module slowly first, and V8 never leaves it in a running loop.
 * - Branch hints: the rewriter marks the checks of the meter as hardly ever taken, and the code around them then keeps
 *   its registers (a search with calls in its inner loop: 1.32 → 1.12 times the unmetered time).
 * - The inliner decides by size, and metered functions are about twice as large (a recursion: 1.24 → 1.10).
 * - A slot is one core: collecting garbage with helper threads stops the unit's thread until those were scheduled, which
 *   on a busy machine takes a slice each (a pause in a loop of poll calls: worst of 1,000 6.7 → 0.7 ms).
 */
export const SLOT_V8_FLAGS = [
  '--no-liftoff',
  '--experimental-wasm-branch-hinting',
  '--wasm-inlining-factor=6',
  '--single-threaded-gc',
] as const
