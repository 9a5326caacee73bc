import type { OpenInputs } from '../../ports.ts'
import { folderInputs } from './folder-inputs.ts'
import { lineInputs } from './line-inputs.ts'

/** Reads inputs of a batch from this machine's disk. */
export const openInputs: OpenInputs = ({ kind, path }) =>
  kind === 'folder' ? folderInputs(path) : lineInputs(path)
