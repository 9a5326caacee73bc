import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { fileImports } from './file-imports.ts'
import type { Import } from './script-imports.ts'
import { USUAL_ENDINGS, type Layer } from './table.ts'

/** A source file: its path from the top folder, with forward slashes, and its text. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** One line for each breach of the table, `path: what`. */
export function violations(files: readonly SourceFile[], table: readonly Layer[]): string[] {
  return files.flatMap(({ path, text }) => {
    const layer = layerOf(path, table)
    if (layer === undefined) return [`${path}: is in no layer`]
    if (!hasKnownEnding(path, layer)) return [`${path}: has an ending its layer does not list`]
    return fileImports(path, text).flatMap((found) => {
      const breach = breachOf(found, path, layer, table)
      return breach === undefined ? [] : [`${path}: ${found.by} ${breach}`]
    })
  })
}

/** Rows below another row that does not list them, and listed rows that do not exist. */
export function tableFaults(table: readonly Layer[]): string[] {
  const places = new Set(table.map(({ at }) => at))
  const faults = places.size === table.length ? [] : ['a place has two rows']
  for (const { at, contains = [], layers = [], typesFrom = [] } of table) {
    const below = [...places].filter((place) => place.startsWith(`${at}/`))
    for (const place of below)
      if (!contains.includes(place)) faults.push(`${at} contains ${place} without listing it`)
    for (const place of contains)
      if (!below.includes(place)) faults.push(`${at} lists ${place}, which is not below it`)
    for (const place of [...layers, ...typesFrom])
      if (!places.has(place)) faults.push(`${at} allows ${place}, no row`)
  }
  return faults
}

function layerOf(path: string, table: readonly Layer[]): Layer | undefined {
  const matches = table.filter(({ at, filesOnly = false }) => {
    if (path === at) return true
    return path.startsWith(`${at}/`) && !(filesOnly && path.slice(at.length + 1).includes('/'))
  })
  return matches.sort((a, b) => b.at.length - a.at.length)[0]
}

function hasKnownEnding(path: string, { endings = [] }: Layer): boolean {
  const name = posix.basename(path)
  return [...USUAL_ENDINGS, ...endings].some((ending) => name.endsWith(ending))
}

function breachOf(found: Import, path: string, layer: Layer, table: readonly Layer[]): string | undefined {
  const { specifier, typeOnly } = found
  if (specifier === undefined) return layer.computed === true ? undefined : 'of a computed name'
  if (/^(\.{1,2}(\/|$)|\/)/.test(specifier)) return breachOfPath(specifier, typeOnly, path, layer, table)
  if (isBuiltin(specifier)) return breachOfBuiltin(specifier, layer)
  const allowed = layer.npm?.some((name) => specifier === name || specifier.startsWith(`${name}/`)) ?? false
  return allowed ? undefined : `of package ${specifier}`
}

function breachOfPath(
  specifier: string,
  typeOnly: boolean,
  path: string,
  layer: Layer,
  table: readonly Layer[],
): string | undefined {
  const bare = specifier.replace(/[?#].*$/, '')
  // A page's absolute paths start at the renderer's root.
  const target = bare.startsWith('/')
    ? posix.join('src-renderer', bare)
    : posix.join(posix.dirname(path), bare)
  const place = layerOf(target, table)?.at
  if (place === undefined) return `of ${target}, which is in no layer`
  if (place === layer.at || layer.layers?.includes(place) === true) return undefined
  if (typeOnly && layer.typesFrom?.includes(place) === true) return undefined
  return `of ${target}${typeOnly ? ' (type)' : ''}`
}

function breachOfBuiltin(specifier: string, { node = [] }: Layer): string | undefined {
  // electron also answers for bare names; the prefix says which one is meant.
  if (!specifier.startsWith('node:')) return `of ${specifier} without node:`
  return node === true || node.includes(specifier) ? undefined : `of ${specifier}`
}
