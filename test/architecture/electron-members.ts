import { join } from 'node:path'
import ts from 'typescript'

/** A member of Electron's API that the app uses. */
export interface ElectronMember {
  /** Electron's name of the class or module type it belongs to, such as `App` or `BrowserWindow`. */
  readonly owner: string
  readonly name: string
  readonly isStatic: boolean
}

/**
 * Every property and method of Electron's classes and modules that the sources of a compiler project mention.
 * Plain data (options, event details, rectangles) is left out: it has no life of its own in the runtime.
 */
export function usedElectronMembers(projectPath: string): ElectronMember[] {
  const { config } = ts.readConfigFile(projectPath, (path) => ts.sys.readFile(path)) as { config: unknown }
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, join(projectPath, '..'))
  const program = ts.createProgram(fileNames, options)
  const checker = program.getTypeChecker()
  const found = new Map<string, ElectronMember>()
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) {
      for (const declaration of checker.getSymbolAtLocation(node.name)?.declarations ?? []) {
        const member = memberOf(declaration)
        if (member !== undefined) found.set(`${member.owner}.${member.name}`, member)
      }
    }
    ts.forEachChild(node, visit)
  }
  for (const file of program.getSourceFiles()) {
    if (!file.isDeclarationFile && !file.fileName.includes('/node_modules/')) visit(file)
  }
  return [...found.values()].sort((a, b) => (`${a.owner}.${a.name}` < `${b.owner}.${b.name}` ? -1 : 1))
}

function memberOf(declaration: ts.Declaration): ElectronMember | undefined {
  if (!declaration.getSourceFile().fileName.endsWith('/electron/electron.d.ts')) return undefined
  const parent = declaration.parent
  if (!ts.isClassDeclaration(parent) && !ts.isInterfaceDeclaration(parent)) return undefined
  // Modules are interfaces that emit events; other interfaces are data.
  if (ts.isInterfaceDeclaration(parent) && !isModule(parent)) return undefined
  const name = ts.getNameOfDeclaration(declaration)
  if (parent.name === undefined || name === undefined) return undefined
  const isStatic = ts.canHaveModifiers(declaration) && hasStatic(declaration)
  return { owner: parent.name.text, name: name.getText(), isStatic }
}

/** Interfaces that a `const` of the electron module has as its type, such as `const app: App`. */
function isModule(node: ts.InterfaceDeclaration): boolean {
  const variable = node.name.text.charAt(0).toLowerCase() + node.name.text.slice(1)
  return new RegExp(`const ${variable}: ${node.name.text};`).test(node.getSourceFile().text)
}

function hasStatic(node: ts.HasModifiers): boolean {
  return ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) ?? false
}
