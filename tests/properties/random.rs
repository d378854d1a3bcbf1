//! Any call, whatever happens to it.

use crate::steps::case;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_call_bills_what_the_oracle_does(case in case()) {
        case.play();
    }
}
