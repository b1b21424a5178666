//! Measures parsing: the whole example as many small files, and repeated to one file of 100,000 lines.
//! Prints MB/s and lines/s; each tree is walked once, as a reader of it would.
#![allow(clippy::print_stdout, missing_docs)]

use std::hint::black_box;
use std::time::Instant;

const EXAMPLE: &str = include_str!("../tests/cases/clean/whole_example.wf");
const LINES: usize = 100_000;

fn main() {
    let times = LINES / EXAMPLE.lines().count() + 1;
    let long = EXAMPLE.repeat(times);
    measure("parse many small files", EXAMPLE, times);
    measure("parse one file", &long, 1);
}

/// Parses `text` so many times, three rounds, and prints the best.
fn measure(what: &str, text: &str, times: usize) {
    let seconds = (0..3)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..times {
                let parse = wf_lang::parse(black_box(text));
                black_box(parse.tree.root().descendants().count());
            }
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min);
    let megabytes = (text.len() * times) as f64 / 1e6;
    let lines = (text.lines().count() * times) as f64;
    println!(
        "{what}: {:.1} MB/s, {:.0} lines/s ({megabytes:.2} MB, {lines:.0} lines)",
        megabytes / seconds,
        lines / seconds
    );
}
