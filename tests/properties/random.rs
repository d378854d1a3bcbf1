//! Any call, whatever happens to it: 100,000 of them, in parts that run side by side.

use crate::steps::case;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRunner};

const CASES: u32 = 100_000;
const PARTS: u32 = 4;

fn play_part() {
    let config = ProptestConfig {
        cases: CASES / PARTS,
        failure_persistence: None,
        // The default generator is cryptographic and, without optimisation, slower than the calls it makes up.
        rng_algorithm: RngAlgorithm::XorShift,
        ..ProptestConfig::default()
    };
    let played = TestRunner::new(config).run(&case(), |case| {
        case.play();
        Ok(())
    });
    if let Err(failure) = played {
        panic!("{failure}");
    }
}

#[test]
fn any_call_bills_what_the_oracle_does_part_1() {
    play_part();
}

#[test]
fn any_call_bills_what_the_oracle_does_part_2() {
    play_part();
}

#[test]
fn any_call_bills_what_the_oracle_does_part_3() {
    play_part();
}

#[test]
fn any_call_bills_what_the_oracle_does_part_4() {
    play_part();
}
