import { protocol, type Protocol } from 'electron'
import { readFile } from 'node:fs/promises'
import { resolveAsset } from './asset.ts'

/** Windows of the app live at `app://powerswarm/<window>/index.html`, slots at `slot://slot-<n>/slot/index.html`. */
const APP_SCHEME = 'app'
const SLOT_SCHEME = 'slot'

/** How the addresses of windows and of one slot begin. */
export const APP_PAGES = `${APP_SCHEME}://`
export const slotPages = (slot: number): string => `${SLOT_SCHEME}://slot-${String(slot)}/`

export const windowUrl = (window: string): string => `${APP_PAGES}powerswarm/${window}/index.html`

const PRIVILEGES = { standard: true, secure: true, supportFetchAPI: true } as const

/** Announces both schemes. Electron takes this once and only before the app is ready. */
export function registerSchemes(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: PRIVILEGES },
    { scheme: SLOT_SCHEME, privileges: PRIVILEGES },
  ])
}

const COMMON_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** What a scheme serves and what its pages may do. */
export interface SchemeRules {
  readonly scheme: string
  /** First folders under the renderers' folder. */
  readonly folders: readonly string[]
  readonly contentSecurityPolicy: string
}

export const APP_RULES: SchemeRules = {
  scheme: APP_SCHEME,
  folders: ['tray', 'screensaver', 'assets'],
  contentSecurityPolicy: `${COMMON_POLICY}; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'`,
}

/** A slot's page may run scripts, workers and WebAssembly of its own origin, and nothing else. */
export const SLOT_RULES: SchemeRules = {
  scheme: SLOT_SCHEME,
  folders: ['slot', 'assets'],
  contentSecurityPolicy: `${COMMON_POLICY}; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'`,
}

/**
 * Serves the built renderers under a scheme of one session. The opener and embedder policies make pages
 * crossOriginIsolated, which slots need for SharedArrayBuffer.
 * @param devServer address of a development server that serves the pages instead of files
 */
export function serveScheme(
  target: Protocol,
  rules: SchemeRules,
  rendererDir: string,
  devServer?: string,
): void {
  target.handle(rules.scheme, async (request) => {
    if (request.method !== 'GET') return refusal(405)
    if (devServer !== undefined) return fetch(developmentUrl(devServer, request.url))
    const asset = resolveAsset(rendererDir, rules.folders, request.url)
    if (asset === undefined) return refusal(404)
    try {
      const headers = { 'content-type': asset.contentType, ...policyHeaders(rules) }
      return new Response(await readFile(asset.path), { headers })
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return refusal(404)
      throw error
    }
  })
}

function developmentUrl(devServer: string, requested: string): URL {
  const { pathname, search } = new URL(requested)
  return new URL(pathname + search, devServer)
}

function policyHeaders(rules: SchemeRules): Record<string, string> {
  return {
    'content-security-policy': rules.contentSecurityPolicy,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  }
}

const refusal = (status: number): Response => new Response(null, { status })
