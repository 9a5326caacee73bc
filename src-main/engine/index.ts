import { parseEngineArguments } from '../contracts/engine-options.ts'
import { PowerswarmError } from '../domain/errors.ts'
import { parentPort } from './parent-port.ts'

/**
 * Entry of the engine process under the desktop app. Native modules are loaded only after the runtime was checked,
 * because on one that is too old they end the process without a word.
 */
const NAPI_NEEDED = 10

async function main(): Promise<void> {
  const options = parseEngineArguments(process.argv)
  const napi = process.versions['napi'] ?? '0'
  if (Number(napi) < NAPI_NEEDED)
    throw new PowerswarmError(
      'runtime-too-old',
      `The engine needs Node-API ${String(NAPI_NEEDED)} or newer; this runtime has ${napi}`,
    )
  const { runDesktopEngine } = await import('./desktop-engine.ts')
  await runDesktopEngine(options, parentPort())
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
