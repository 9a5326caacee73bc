import { BodyCode } from '../wasm/body-code.ts'
import { functionType, type FunctionType, type WasmModule } from '../wasm/module.ts'
import { componentsOf, type Graph } from './components.ts'
import { surveyFunction } from './function-survey.ts'
import { functionsInTables } from './module-facts.ts'

/**
 * Who may call whom. Nodes are the module's own functions, in their order, and behind them one for each type of
 * function that is called through a table: it is called by whoever makes such calls and calls each function of the
 * type that can be in a table.
 */
export interface CallGraph extends Graph {
  readonly functionCount: number
  /** By own function: whether it may be unwound at all. */
  readonly isFit: readonly boolean[]
}

/** Throws `module-refused` for what does not go with checkpoints in any function, reachable or not. */
export function callGraphOf(module: WasmModule): CallGraph {
  const functionCount = module.bodies.length
  const longest = module.bodies.reduce((most, { start, end }) => Math.max(most, end - start), 0)
  const body = new BodyCode(longest)
  const typeNodes = new Map<string, number>()
  const successors: number[][] = []
  const isFit: boolean[] = []
  for (let own = 0; own < functionCount; own++) {
    body.read(module, own)
    const survey = surveyFunction(module, body, own)
    const typed = survey.indirectTypes.map((type) => typeNode(typeNodes, functionCount, module.types[type]))
    successors.push([...survey.calls, ...new Set(typed)])
    isFit.push(survey.isFit)
  }
  const targets: number[][] = [...typeNodes].map(() => [])
  for (const index of [...functionsInTables(module)].sort((a, b) => a - b)) {
    const node = typeNodes.get(keyOf(functionType(module, index)))
    if (node !== undefined && index >= module.imports.length)
      targets[node - functionCount]?.push(index - module.imports.length)
  }
  return { functionCount, isFit, successors: [...successors, ...targets] }
}

/** Types that are written twice are one: calls compare them by what they take and return. */
function typeNode(nodes: Map<string, number>, functionCount: number, type: FunctionType | undefined): number {
  const key = keyOf(type)
  const known = nodes.get(key)
  if (known !== undefined) return known
  const node = functionCount + nodes.size
  nodes.set(key, node)
  return node
}

function keyOf(type: FunctionType | undefined): string {
  return `${type?.params.join() ?? ''}/${type?.results.join() ?? ''}`
}

/** Nodes that can be reached from `from`, which are among them; 1 for yes. */
export function reachableFrom({ successors }: Graph, from: readonly number[]): Uint8Array {
  const reached = new Uint8Array(successors.length)
  const todo = [...from]
  for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
    if (reached[node] === 1) continue
    reached[node] = 1
    for (const next of successors[node] ?? []) if (reached[next] === 0) todo.push(next)
  }
  return reached
}

/** The same against the direction of the calls. */
export function reaching(graph: Graph, to: readonly number[]): Uint8Array {
  const callers: number[][] = graph.successors.map(() => [])
  for (const [node, successors] of graph.successors.entries())
    for (const next of successors) callers[next]?.push(node)
  return reachableFrom({ successors: callers }, to)
}

/** 1 for each node that is part of a cycle. */
export function inCycles(graph: Graph): Uint8Array {
  const found = new Uint8Array(graph.successors.length)
  for (const component of componentsOf(graph)) {
    const [first] = component
    const isCycle = component.length > 1 || (first !== undefined && graph.successors[first]?.includes(first))
    if (isCycle === true) for (const node of component) found[node] = 1
  }
  return found
}
