#!/bin/sh
# Compiles the C and Rust examples of this folder to out/sources/*.wasm and says what it left out for want of a compiler.
#
# C     Debian 12 and later: apt-get install clang lld wasi-libc libclang-rt-dev-wasm32
#       (with a numbered clang the packages are numbered too: clang-19 lld-19 libclang-rt-19-dev-wasm32)
# Rust  Debian 12 and later: apt-get install rustc libstd-rust-dev-wasm32 lld
#       With rustup: rustup target add wasm32-wasip1
#
# CLANG and RUSTC name other compilers.
set -eu

sources=$(cd "$(dirname "$0")" && pwd)
target=${1:-$sources/../../../out/sources}
mkdir -p "$target"
target=$(cd "$target" && pwd)

# The first of the commands that exists.
first() {
  for name in "$@"; do
    if command -v "$name" >/dev/null 2>&1; then
      echo "$name"
      return
    fi
  done
}

build_c() {
  clang=$(first ${CLANG:-} clang-19 clang-18 clang-17 clang-16 clang)
  if [ -z "$clang" ]; then
    echo 'C left out: no clang'
    return
  fi
  for file in "$sources"/*.c; do
    name=$(basename "$file" .c)
    "$clang" --target=wasm32-wasi -O3 -msimd128 -Wall -Wextra -s "$file" -o "$target/$name.wasm"
    echo "$target/$name.wasm"
  done
}

# Newer compilers call the target wasip1.
rust_target() {
  for name in wasm32-wasip1 wasm32-wasi; do
    folder=$("$1" --print target-libdir --target "$name" 2>/dev/null) || continue
    if [ -d "$folder" ]; then
      echo "$name"
      return
    fi
  done
}

build_rust() {
  rustc=$(first ${RUSTC:-} rustc)
  if [ -z "$rustc" ]; then
    echo 'Rust left out: no rustc'
    return
  fi
  wasi=$(rust_target "$rustc")
  if [ -z "$wasi" ]; then
    echo "Rust left out: $rustc has no standard library for wasm32-wasip1"
    return
  fi
  for file in "$sources"/*.rs; do
    name=$(basename "$file" .rs)
    "$rustc" --edition 2021 --target "$wasi" -O -C panic=abort -C target-feature=+simd128 \
      -C strip=symbols "$file" -o "$target/$name.wasm"
    echo "$target/$name.wasm"
  done
}

build_c
build_rust
