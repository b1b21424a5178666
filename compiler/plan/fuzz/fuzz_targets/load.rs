//! Any bytes: `load` answers, and what it accepts is spelled the one way `encode` writes.
//! `cargo +nightly fuzz run load -- -max_total_time=900`, with `samples/v1` as a seed corpus.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wf_plan::{Plan, encode, load};

fuzz_target!(|bytes: &[u8]| {
    let Ok(loaded) = load(bytes) else { return };
    let plan = Plan {
        program: loaded.program().clone(),
        sources: loaded.sources().clone(),
        docs: loaded.docs().clone(),
    };
    assert_eq!(encode(&plan).as_deref(), Ok(bytes));
    let _ = wf_plan::show::loaded(&loaded);
});
