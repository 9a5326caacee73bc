import ts from 'typescript'

/** One dependency of a file on something outside it. */
export interface Import {
  /** As written; undefined when it is computed and cannot be judged. */
  readonly specifier: string | undefined
  readonly typeOnly: boolean
  /** The construct, for messages: `import`, `require`, `new URL`, … */
  readonly by: string
}

/**
 * Everything in a script that loads, or names, another module: static and dynamic imports, re-exports,
 * `import x = require()`, import types, require, import.meta.glob and resolve, new URL(…, import.meta.url),
 * importScripts, getBuiltinModule, createRequire and reference directives.
 */
export function scriptImports(code: string, fileName: string): Import[] {
  const kind = /\.[mc]?js$/.test(fileName) ? ts.ScriptKind.JS : ts.ScriptKind.TS
  const file = ts.createSourceFile(fileName, code, ts.ScriptTarget.Latest, true, kind)
  const found: Import[] = []
  for (const { fileName: specifier } of file.referencedFiles) {
    found.push({ specifier: relative(specifier), typeOnly: true, by: 'reference' })
  }
  for (const { fileName: specifier } of file.typeReferenceDirectives) {
    found.push({ specifier, typeOnly: true, by: 'reference' })
  }
  const visit = (node: ts.Node): void => {
    found.push(...importsOf(node))
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

function importsOf(node: ts.Node): Import[] {
  if (ts.isImportDeclaration(node)) {
    return [
      named(node.moduleSpecifier, 'import', node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword),
    ]
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return [named(node.moduleSpecifier, 'export', node.isTypeOnly)]
  }
  if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
    return [named(node.moduleReference.expression, 'import =', node.isTypeOnly)]
  }
  if (ts.isImportTypeNode(node)) {
    const argument = ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined
    return [named(argument, 'import type', true)]
  }
  if (ts.isCallExpression(node)) return importsOfCall(node)
  if (ts.isNewExpression(node) && isNamed(node.expression, 'URL') && isBasedOnModule(node.arguments?.[1])) {
    return [named(node.arguments?.[0], 'new URL', false)]
  }
  return []
}

/** Calls that load what their first argument names, by the callee's last word. */
const LOADERS = ['require', 'importScripts', 'getBuiltinModule']

function importsOfCall(call: ts.CallExpression): Import[] {
  const { expression: callee, arguments: args } = call
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return [named(args[0], 'import()', false)]
  const text = callee.getText()
  if (/^import\.meta\.glob/.test(text))
    return [{ specifier: undefined, typeOnly: false, by: 'import.meta.glob' }]
  if (text === 'import.meta.resolve' || text === 'require.resolve') return [named(args[0], text, false)]
  const word = ts.isPropertyAccessExpression(callee) ? callee.name.text : text
  // What it returns loads by names that are not seen here.
  if (word === 'createRequire') return [{ specifier: undefined, typeOnly: false, by: 'createRequire' }]
  return LOADERS.includes(word) ? args.map((argument) => named(argument, word, false)) : []
}

function named(node: ts.Node | undefined, by: string, typeOnly: boolean): Import {
  if (node === undefined || !ts.isStringLiteralLike(node)) return { specifier: undefined, typeOnly, by }
  return { specifier: by === 'new URL' ? relative(node.text) : node.text, typeOnly, by }
}

/** URLs and reference paths are relative without a leading dot, too. */
function relative(path: string): string {
  return /^(\.|\/|[a-z]+:)/i.test(path) ? path : `./${path}`
}

function isNamed(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name
}

function isBasedOnModule(base: ts.Node | undefined): boolean {
  return base !== undefined && /import\.meta|__filename|document\.baseURI|location/.test(base.getText())
}
