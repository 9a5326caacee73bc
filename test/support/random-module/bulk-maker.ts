import { I32, unsigned } from '../wasm-builder.ts'
import { BranchMaker } from './branch-maker.ts'

/** Of the operations below, those that change memory and read no segment. */
const SAVABLE = [0, 1, 8] as const

/** Writes random operations on whole ranges of memory and tables. */
export abstract class BulkMaker extends BranchMaker {
  protected bulk(depth: number): void {
    const choice = this.choice
    const code = this.code
    const length = (bits: number): void => {
      this.expression(I32, depth - 2)
      code.i32(choice.chance(30) ? -1 : bits).emit(0x71)
    }
    const shape = this.shape
    switch (shape.isSavable ? choice.pick(SAVABLE) : choice.below(9)) {
      case 0:
        this.address(depth - 2)
        this.expression(I32, depth - 2)
        length(choice.chance(3) ? 0x1ffff : 0xff)
        shape.countBytes(code)
        code.emit(0x100 + 11, 0)
        return
      case 1:
        this.address(depth - 2)
        this.address(depth - 2)
        length(choice.chance(3) ? 0x1ffff : 0xff)
        shape.countBytes(code)
        code.emit(0x100 + 10, 0, 0)
        return
      case 2:
        this.address(depth - 2)
        length(0x1f)
        length(0x1f)
        shape.countBytes(code)
        code.emit(0x100 + 8, 0, 0)
        return
      case 3:
        if (choice.chance(10)) code.emit(0x100 + 9, 0)
        return
      case 4:
        code.i32(choice.below(6)).i32(choice.below(6))
        length(0x3)
        shape.countElements(code)
        code.emit(0x100 + 14, choice.below(2), choice.below(2))
        return
      case 5:
        code.i32(choice.below(6)).emit(0xd0, 0x70)
        length(0x3)
        shape.countElements(code)
        code.emit(0x100 + 17, 1)
        return
      case 6:
        code.emit(0xd2, ...unsigned(shape.firstFunction + this.own))
        length(0x3)
        shape.countElements(code)
        code.emit(0x100 + 15, 1).emit(0x1a)
        return
      case 7:
        code.i32(choice.below(6)).i32(choice.below(3))
        length(0x3)
        shape.countElements(code)
        code.emit(0x100 + 12, 0, 1)
        return
      default:
        code.i32(choice.chance(4) ? 100 : choice.below(3))
        shape.countPages(code)
        code.emit(0x40, 0).emit(0x1a)
    }
  }
}
