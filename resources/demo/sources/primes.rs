// primes UNIT SIZE: how many of the numbers UNIT * SIZE to UNIT * SIZE + SIZE - 1 are prime, by a sieve.
use std::env;
use std::process;

#[link(wasm_import_module = "powerswarm")]
extern "C" {
    /// Tells the donor how far the unit is, 0 to 1. Optional.
    fn progress(done: f64);
}

/// The sieve takes this much memory, whatever the size of the unit.
const SEGMENT: u64 = 1 << 18;

fn small_primes(below: u64) -> Vec<u64> {
    let mut composite = vec![false; below as usize];
    let mut primes = Vec::new();
    for n in 2..below {
        if composite[n as usize] {
            continue;
        }
        primes.push(n);
        for multiple in (n * n..below).step_by(n as usize) {
            composite[multiple as usize] = true;
        }
    }
    primes
}

fn count_segment(from: u64, to: u64, primes: &[u64]) -> usize {
    let mut composite = vec![false; (to - from) as usize];
    for &p in primes {
        let first = (p * p).max((from + p - 1) / p * p);
        if p * p >= to {
            break;
        }
        for multiple in (first..to).step_by(p as usize) {
            composite[(multiple - from) as usize] = true;
        }
    }
    let below_two = 2u64.saturating_sub(from).min(to - from) as usize;
    composite[below_two..].iter().filter(|&&is_composite| !is_composite).count()
}

fn count_primes(from: u64, to: u64) -> usize {
    let mut root = 1;
    while root * root < to {
        root += 1;
    }
    let primes = small_primes(root + 1);
    let mut count = 0;
    let mut at = from;
    while at < to {
        let end = to.min(at + SEGMENT);
        count += count_segment(at, end, &primes);
        at = end;
        unsafe { progress((at - from) as f64 / (to - from) as f64) };
    }
    count
}

fn main() {
    let numbers: Vec<Option<u64>> = env::args().skip(1).map(|text| text.parse().ok()).collect();
    match numbers[..] {
        // Up to a million million the table of small primes stays small.
        [Some(unit), Some(size)] if size > 0 && unit < 1_000_000_000_000 / size => {
            println!("{}", count_primes(unit * size, (unit + 1) * size));
        }
        _ => {
            eprintln!("usage: primes UNIT SIZE  (UNIT * SIZE + SIZE at most a million million)");
            process::exit(2);
        }
    }
}
