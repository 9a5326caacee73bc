/* A small interpreter: one loop, in it one branch table with an arm for each operation, of a few instructions each. Its
 * program looks for the number below a limit whose Collatz sequence is longest. */
#include "kernel.h"

enum operation {
  PUSH, GET, SET, ADD, SUB, MUL, AND, OR, XOR, SHL, SHR, NOT, EQUAL, LESS, DUP, SWAP, DROP, PEEK, POKE,
  JUMP, JUMP_IF, JUMP_UNLESS, HALT
};
enum variable { N, X, STEPS, BEST, SUM, VARIABLES };
enum { LIMIT_CELL, BEST_CELL, CELLS, STACK = 64, PROGRAM = 128 };

/* Filled by assemble(): operations, each with its operand behind it. Places are known as they come. */
static uint32_t code[PROGRAM], length;
static uint32_t cells[CELLS];

static uint32_t emit(enum operation operation, uint32_t operand) {
  code[length++] = operation;
  code[length++] = operand;
  return length - 1;
}

static void land(uint32_t jump) { code[jump] = length; }

static void set_to(enum variable variable, uint32_t value) {
  emit(PUSH, value);
  emit(SET, variable);
}

static void increase(enum variable variable) {
  emit(GET, variable);
  emit(PUSH, 1);
  emit(ADD, 0);
  emit(SET, variable);
}

static void assemble(void) {
  set_to(N, 1);
  uint32_t outer = length;
  emit(GET, N), emit(PUSH, LIMIT_CELL), emit(PEEK, 0), emit(LESS, 0);
  uint32_t end = emit(JUMP_UNLESS, 0);
  emit(GET, N), emit(SET, X);
  set_to(STEPS, 0);
  uint32_t inner = length;
  emit(GET, X), emit(PUSH, 1), emit(EQUAL, 0);
  uint32_t done = emit(JUMP_IF, 0);
  emit(GET, X), emit(PUSH, 1), emit(AND, 0);
  uint32_t even = emit(JUMP_UNLESS, 0);
  emit(GET, X), emit(DUP, 0), emit(DUP, 0), emit(ADD, 0), emit(ADD, 0), emit(PUSH, 1), emit(ADD, 0), emit(SET, X);
  uint32_t next = emit(JUMP, 0);
  land(even);
  emit(GET, X), emit(PUSH, 1), emit(SHR, 0), emit(SET, X);
  land(next);
  increase(STEPS);
  emit(JUMP, inner);
  land(done);
  emit(GET, SUM), emit(PUSH, 31), emit(MUL, 0), emit(GET, STEPS), emit(XOR, 0), emit(SET, SUM);
  emit(GET, BEST), emit(GET, STEPS), emit(LESS, 0);
  uint32_t less = emit(JUMP_UNLESS, 0);
  emit(GET, STEPS), emit(SET, BEST), emit(GET, N), emit(PUSH, BEST_CELL), emit(POKE, 0);
  land(less);
  increase(N);
  emit(JUMP, outer);
  land(end);
  emit(HALT, 0);
}

/* Says how many operations it executed. */
static uint64_t interpret(uint32_t *variables) {
  uint32_t stack[STACK], *top = stack, at = 0, swapped;
  for (uint64_t executed = 1;; executed++) {
    uint32_t operation = code[at], operand = code[at + 1];
    at += 2;
    switch (operation) {
      case PUSH: *++top = operand; break;
      case GET: *++top = variables[operand]; break;
      case SET: variables[operand] = *top--; break;
      case ADD: top--; *top += top[1]; break;
      case SUB: top--; *top -= top[1]; break;
      case MUL: top--; *top *= top[1]; break;
      case AND: top--; *top &= top[1]; break;
      case OR: top--; *top |= top[1]; break;
      case XOR: top--; *top ^= top[1]; break;
      case SHL: top--; *top <<= top[1] & 31; break;
      case SHR: top--; *top >>= top[1] & 31; break;
      case NOT: *top = ~*top; break;
      case EQUAL: top--; *top = *top == top[1]; break;
      case LESS: top--; *top = *top < top[1]; break;
      case DUP: top++; *top = top[-1]; break;
      case SWAP: swapped = *top; *top = top[-1]; top[-1] = swapped; break;
      case DROP: top--; break;
      case PEEK: *top = cells[*top % CELLS]; break;
      case POKE: cells[*top % CELLS] = top[-1]; top -= 2; break;
      case JUMP: at = operand; break;
      case JUMP_IF: if (*top-- != 0) at = operand; break;
      case JUMP_UNLESS: if (*top-- == 0) at = operand; break;
      default: return executed;
    }
  }
}

static void kernel(int count, char **arguments) {
  uint32_t variables[VARIABLES] = {0};
  cells[LIMIT_CELL] = number(count, arguments, 1, 1000);
  assemble();
  uint64_t executed = interpret(variables);
  printf("vm %u: %u has %u steps, %08x after %llu operations\n", cells[LIMIT_CELL], cells[BEST_CELL],
         variables[BEST], variables[SUM], (unsigned long long)executed);
}
