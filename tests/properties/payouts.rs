//! A payout whatever happens to it, in whatever order: its money is set apart once, and goes one way once.

use proptest::prelude::*;
use tallyroom::domain::{
    ids::UserId,
    money::{Currency, Money},
    payout::{Flow, Rules, State, Step, amount, may_approve, releasable_minor},
};

const STEPS: [Step; 6] = [
    Step::Approve,
    Step::Refuse,
    Step::Cancel,
    Step::Batch,
    Step::Pay,
    Step::Fail,
];

proptest! {
    #[test]
    fn its_money_goes_one_way_once(steps in prop::collection::vec(prop::sample::select(&STEPS[..]), 0..40)) {
        let (mut state, mut taken) = (State::Requested, Vec::new());
        let (mut apart, mut payable, mut sent) = (1, 0, 0);
        for step in steps {
            let Some(next) = state.on(step) else { continue };
            prop_assert!(!state.is_over(), "{state:?} is left by {step:?}");
            match step.moves() {
                Flow::Stays => {}
                Flow::Returns => (apart, payable) = (apart - 1, payable + 1),
                Flow::Leaves => (apart, sent) = (apart - 1, sent + 1),
            }
            state = next;
            taken.push(step);
        }
        prop_assert_eq!(apart + payable + sent, 1);
        prop_assert_eq!(apart == 1, !state.is_over());
        prop_assert_eq!(sent == 1, state == State::Paid);
        if state == State::Paid {
            prop_assert_eq!(taken, [Step::Approve, Step::Batch, Step::Pay]);
        }
    }

    #[test]
    fn nothing_is_released_that_isnt_there(balance in any::<i64>(), lately in any::<i64>()) {
        let released = releasable_minor(balance, lately);
        prop_assert!(released >= 0 && released <= balance.max(0));
        if lately >= 0 && balance >= lately {
            prop_assert_eq!(released, balance - lately);
        }
    }

    #[test]
    fn what_is_paid_out_is_between_the_least_and_all(
        least in 1..100_000_i64, available in -100_000..1_000_000_i64, asked in prop::option::of(any::<i64>())
    ) {
        let rules = Rules { hold_days: 7, least_minor: least, identity_needed: false };
        let available = Money::new(available, Currency::parse("EUR").expect("a currency"));
        match amount(rules, available, asked) {
            Ok(paid) => {
                prop_assert!((least..=available.minor).contains(&paid.minor));
                prop_assert_eq!(paid.minor, asked.unwrap_or(available.minor));
            }
            Err(_) => {
                let wanted = asked.unwrap_or(available.minor);
                prop_assert!(wanted < least || wanted > available.minor);
            }
        }
    }
}

#[test]
fn two_people_are_always_behind_a_payout() {
    let people = [UserId::new(), UserId::new(), UserId::new()];
    for by in people {
        for seller in people {
            for requester in people {
                assert_eq!(may_approve(by, seller, requester), by != seller && by != requester);
            }
        }
    }
}
