import { extname, join } from 'node:path'

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.json': 'application/json; charset=utf-8',
}

export interface Asset {
  readonly path: string
  readonly contentType: string
}

/**
 * The file that a page's address names, or undefined for anything that is not to be served: other first folders
 * than `folders`, unknown kinds of file, and every attempt to climb out, encoded or not.
 * @param rootDir absolute folder of the built renderers
 * @param folders first path segments that this scheme serves
 */
export function resolveAsset(rootDir: string, folders: readonly string[], url: string): Asset | undefined {
  const segments = pathSegments(url)
  if (segments === undefined) return undefined
  const [first, ...rest] = segments
  if (first === undefined || rest.length === 0 || !folders.includes(first)) return undefined
  const contentType = CONTENT_TYPES[extname(rest.at(-1) ?? '')]
  return contentType === undefined ? undefined : { path: join(rootDir, first, ...rest), contentType }
}

function pathSegments(url: string): string[] | undefined {
  try {
    const path = decodeURIComponent(new URL(url).pathname)
    const segments = path.split('/').slice(1)
    return segments.every(isPlain) ? segments : undefined
  } catch (error) {
    // Not an address, or a broken escape: both are for the caller to refuse.
    if (error instanceof TypeError || error instanceof URIError) return undefined
    throw error
  }
}

function isPlain(segment: string): boolean {
  return /^[\w.-]+$/.test(segment) && !segment.startsWith('.')
}
