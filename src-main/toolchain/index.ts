export { CHECKPOINT_ABI, METER_ABI, REWRITER_VERSION } from './meter-abi.ts'
export { prepareModule, type PreparedModule, type PrepareModuleOptions } from './prepare-module.ts'
export type { PermissionSheet } from './permission-sheet.ts'
