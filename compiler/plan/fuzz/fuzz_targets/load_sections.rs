//! Behind the hash: the first byte says which section of a valid plan is replaced by the rest, and the frame and its
//! hash are made right, so that the fuzzer spends its time in the verifier and not on the hash. A section that decodes
//! is also written again in the one spelling, so that the verifier sees what the spelling check would have refused.
//! `cargo +nightly fuzz run load_sections -- -max_total_time=900`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use wf_plan::{LoadedPlan, Plan, Program, encode, load};

/// A valid plan whose sections are replaced one at a time.
static SAMPLE: LazyLock<LoadedPlan> =
    LazyLock::new(|| load(include_bytes!("../../samples/v1/built.wfp")).expect("the sample loads"));

fuzz_target!(|input: &[u8]| {
    let Some((which, bytes)) = input.split_first() else { return };
    let mut plan = Plan {
        program: SAMPLE.program().clone(),
        sources: SAMPLE.sources().clone(),
        docs: SAMPLE.docs().clone(),
    };
    match which % 3 {
        0 => {
            let Ok(program) = postcard::from_bytes::<Program>(bytes) else { return };
            plan.sources = wf_plan::source::SourceMap::nowhere(&program);
            plan.docs = wf_plan::source::Docs::none(&program);
            plan.program = program;
        }
        1 => match postcard::from_bytes(bytes) {
            Ok(sources) => plan.sources = sources,
            Err(_) => return,
        },
        _ => match postcard::from_bytes(bytes) {
            Ok(docs) => plan.docs = docs,
            Err(_) => return,
        },
    }
    let Ok(bytes) = encode(&plan) else { return };
    if let Ok(loaded) = load(&bytes) {
        assert_eq!(loaded.program(), &plan.program);
        let _ = wf_plan::show::loaded(&loaded);
    }
});
