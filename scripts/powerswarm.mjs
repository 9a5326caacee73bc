import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { outDir } from './setup/paths.mjs'
import { prepare, toStandardError } from './setup/prepare.mjs'

await prepare({ log: toStandardError })
// npm runs scripts in the checkout; paths are meant from where the person stands.
if (process.env.INIT_CWD) process.chdir(process.env.INIT_CWD)
// In this process, so that exit status, signals and the terminal are the command's own.
const cliPath = join(outDir, 'main/cli.js')
process.argv[1] = cliPath
await import(pathToFileURL(cliPath).href)
