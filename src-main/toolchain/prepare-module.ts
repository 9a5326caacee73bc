import { PowerswarmError } from '../domain/errors.ts'
import { LIMITS } from '../domain/limits.ts'
import { WASM_PAGE_BYTES } from '../domain/units.ts'
import { addCheckpoints } from './checkpoint/add-checkpoints.ts'
import { loadAsyncify } from './checkpoint/asyncify.ts'
import { REWRITER_VERSION } from './meter-abi.ts'
import { permissionSheet, type PermissionSheet } from './permission-sheet.ts'
import { checkPolicy } from './policy.ts'
import { malformed, refused } from './refusals.ts'
import { rewriteModule } from './rewriter/rewrite-module.ts'
import { decodeModule } from './wasm/decoder.ts'

const WASM_PAGES_MAX = 65_536

/** A module that a slot may run, and what people and the manifest need to know about it. */
export interface PreparedModule {
  /** The rewritten module: the only bytes that are ever compiled. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** SHA-256 of the original module, lowercase hex: the app's name in the manifest. */
  readonly moduleHash: string
  /** SHA-256 of `bytes`, lowercase hex: equal on every machine for equal options. */
  readonly rewrittenHash: string
  readonly rewriterVersion: number
  readonly permissions: PermissionSheet
}

export interface PrepareModuleOptions {
  /** Version that the app was published with. */
  readonly rewriterVersion: number
  /** Most linear memory a unit may use; rounded down to pages of 64 KiB. At least one page, at most 4 GiB. */
  readonly memoryLimitBytes: number
  /** Whether the host may stop it, save it and go on elsewhere: see CHECKPOINT_ABI. Fuel and results do not change. */
  readonly checkpoint?: boolean
}

/**
 * Checks a module against the policy and rewrites it. Publishers run it when they add an app, donors again on what
 * they downloaded, each inside a slot: nobody runs bytes that somebody else rewrote. `original` is not changed.
 *
 * Throws `module-unsupported-rewriter`, `module-malformed`, `module-refused`, and `bad-argument` for a memory limit
 * out of range.
 */
export async function prepareModule(
  original: Uint8Array,
  options: PrepareModuleOptions,
): Promise<PreparedModule> {
  const { rewriterVersion, memoryLimitBytes } = options
  if (rewriterVersion !== REWRITER_VERSION)
    throw new PowerswarmError(
      'module-unsupported-rewriter',
      `this module needs rewriter version ${String(rewriterVersion)}; this program has version ${String(REWRITER_VERSION)}`,
    )
  const memoryMaxPages = Math.floor(memoryLimitBytes / WASM_PAGE_BYTES)
  if (!(memoryMaxPages >= 1 && memoryMaxPages <= WASM_PAGES_MAX))
    throw new PowerswarmError('bad-argument', `memory limit out of range: ${String(memoryLimitBytes)} bytes`)
  if (original.length > LIMITS.moduleBytes)
    throw refused(`more than ${String(LIMITS.moduleBytes / 1024 / 1024)} MiB`)
  // A private copy: shared buffers are neither hashed nor safe from a change half-way.
  const bytes = new Uint8Array(original)
  // The policy first: which proposals validate differs between engines, and every donor must give the same reason.
  const module = decodeModule(bytes)
  checkPolicy(module)
  if (!WebAssembly.validate(bytes)) throw malformed('it does not validate')
  const rewritten =
    options.checkpoint === true
      ? addCheckpoints(module, memoryMaxPages, await loadAsyncify())
      : rewriteModule(module, memoryMaxPages)
  if (!WebAssembly.validate(rewritten))
    throw new PowerswarmError('internal', 'the rewritten module does not validate')
  return {
    bytes: rewritten,
    moduleHash: await sha256(bytes),
    rewrittenHash: await sha256(rewritten),
    rewriterVersion,
    permissions: permissionSheet(module, memoryLimitBytes),
  }
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes)
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
