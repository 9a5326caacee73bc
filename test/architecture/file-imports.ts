import { scriptImports, type Import } from './script-imports.ts'

/** Everything a source file depends on, by its kind. Files that cannot depend on anything have none. */
export function fileImports(path: string, code: string): Import[] {
  if (path.endsWith('.svelte') || path.endsWith('.html')) return markupImports(path, code)
  if (path.endsWith('.css')) return styleImports(code)
  if (/\.([mc]?[jt]s)$/.test(path)) return scriptImports(code, path)
  return []
}

const SCRIPT = /<script\b([^>]*)>([\s\S]*?)<\/script>/gi
const STYLE = /<style\b[^>]*>([\s\S]*?)<\/style>/gi

function markupImports(path: string, code: string): Import[] {
  const found: Import[] = []
  for (const [, attributes = '', body = ''] of code.matchAll(SCRIPT)) {
    const source = attribute(attributes, 'src')
    if (source !== undefined) found.push({ specifier: source, typeOnly: false, by: 'script src' })
    found.push(...scriptImports(body, `${path}.ts`))
  }
  for (const [, body = ''] of code.matchAll(STYLE)) found.push(...styleImports(body))
  const markup = code.replace(SCRIPT, '').replace(STYLE, '')
  for (const [, attributes = ''] of markup.matchAll(/<link\b([^>]*)>/gi)) {
    found.push({ specifier: attribute(attributes, 'href'), typeOnly: false, by: 'link href' })
  }
  // Expressions between the tags are not parsed, so none of them may load anything.
  if (/\bimport\s*\(|\brequire\s*\(|\bimport\.meta\b/.test(markup)) {
    found.push({ specifier: undefined, typeOnly: false, by: 'import in markup' })
  }
  return found
}

function attribute(attributes: string, name: string): string | undefined {
  const match = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i').exec(attributes)
  return match?.[1] ?? match?.[2] ?? match?.[3]
}

function styleImports(code: string): Import[] {
  const css = code.replace(/\/\*[\s\S]*?\*\//g, '')
  const urls = css.matchAll(/url\(\s*(?:"([^"]*)"|'([^']*)'|([^)\s]*))\s*\)/gi)
  const imports = css.matchAll(/@import\s+(?:"([^"]*)"|'([^']*)')/gi)
  return [...urls, ...imports]
    .map(([, double, single, plain]) => double ?? single ?? plain ?? '')
    .filter((specifier) => !specifier.startsWith('#'))
    .map((specifier) => ({ specifier: asRelative(specifier), typeOnly: false, by: 'css' }))
}

function asRelative(url: string): string {
  return /^(\.|\/|[a-z]+:)/i.test(url) ? url : `./${url}`
}
