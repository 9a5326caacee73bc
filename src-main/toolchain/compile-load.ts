import { refused } from './refusals.ts'
import type { BodyCode } from './wasm/body-code.ts'
import { OP } from './wasm/opcodes.ts'

/*
 * V8's optimising compiler takes time and memory that grow with the square of some things and the product of others;
 * a function well below the size limit can cost it many seconds and gigabytes. Measured on metered bodies with V8 13.6,
 * `--no-liftoff`, one core: each bound here is about half a second. CPython's interpreter loop, the largest function of
 * a real program we know, stays below half of every one.
 */

/** 1,000 loops behind each other: 0.2 s; 2,000: 0.8 s; 8,000: 14 s. */
const LOOPS_MAX = 1_000
/** 5,000 calls: 0.4 s and 195 MB; 20,000: 6.3 s and 560 MB. */
const CALLS_MAX = 5_000
/** 1,000 loops with five calls in each: 2.1 s. */
const LOOPS_TIMES_CALLS_MAX = 1_000_000
/** The compiler's own end is at 50,000, of which metering needs some. */
const LOCALS_MAX = 10_000
/** The values of all locals are kept at every place where control flow joins. 10 million: 0.6 s and 800 MB. */
const LOCALS_TIMES_BLOCKS_MAX = 4_000_000

/** The policy bounds what the compiler gets of the original; this bounds what rewriting makes of it. */
export const REWRITTEN_BODY_BYTES_MAX = 512 * 1024

/**
 * Adds up what would make one function slow to compile. Throws `module-refused` when it is too much.
 * @param locals parameters included
 */
export function checkCompileLoad(body: BodyCode, locals: number, functionIndex: number): void {
  let loops = 0
  let calls = 0
  let blocks = 0
  for (let at = 0; at < body.count; at++) {
    const code = body.code(at)
    if (code === OP.loop) loops += 1
    if (code >= OP.block && code <= OP.else) blocks += 1
    else if (code >= OP.call && code <= OP.returnCallIndirect) calls += 1
  }
  if (locals > LOCALS_MAX) throw tooMany(LOCALS_MAX, 'locals', functionIndex)
  if (loops > LOOPS_MAX) throw tooMany(LOOPS_MAX, 'loops', functionIndex)
  if (calls > CALLS_MAX) throw tooMany(CALLS_MAX, 'calls', functionIndex)
  if (loops * calls > LOOPS_TIMES_CALLS_MAX) throw tooLong(loops, 'loops', calls, 'calls', functionIndex)
  if (locals * blocks > LOCALS_TIMES_BLOCKS_MAX)
    throw tooLong(locals, 'locals', blocks, 'blocks', functionIndex)
}

function tooLong(count: number, what: string, others: number, other: string, functionIndex: number): Error {
  const both = `${String(count)} ${what} and ${String(others)} ${other}`
  return refused(`a body with ${both} takes too long to compile`, functionIndex)
}

function tooMany(limit: number, what: string, functionIndex: number): Error {
  return refused(`a body with more than ${String(limit)} ${what} takes too long to compile`, functionIndex)
}
