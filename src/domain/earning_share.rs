//! Who gets a part of what a seller earns: their studio, and sellers with whom they share (requirement I3).

use super::{ids::UserId, pricing};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// All of it, in basis points.
pub const WHOLE_BP: u32 = 10_000;
/// With so many a seller can share.
pub const MOST_CO_SELLERS: usize = 5;

/// Why somebody gets a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShareKind {
    /// The seller is in a studio, and it is paid to them.
    Studio,
    /// They sell together.
    CoSeller,
}

impl ShareKind {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Studio => "studio",
            Self::CoSeller => "co_seller",
        }
    }

    /// Reads [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Studio, Self::CoSeller]
            .into_iter()
            .find(|known| known.name() == name)
    }
}

/// A part of what a seller earns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Whose.
    pub sharer: UserId,
    /// Why.
    pub kind: ShareKind,
    /// How much of it, in basis points.
    pub bp: u32,
}

/// What each share is of so much in all, rounded down; the remainder is the seller's. It depends on the sum only, so that
/// in how many steps that came about changes nothing.
pub fn parts(net_minor: i64, shares: &[Share]) -> Vec<i64> {
    let net_minor = net_minor.max(0);
    let mut left_minor = net_minor;
    let part = |share: &Share| {
        let part = pricing::commission_minor(net_minor, share.bp.min(WHOLE_BP)).min(left_minor);
        left_minor -= part;
        part
    };
    shares.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shares(points: &[u32]) -> Vec<Share> {
        let share = |bp: &u32| Share {
            sharer: UserId::new(),
            kind: ShareKind::CoSeller,
            bp: *bp,
        };
        points.iter().map(share).collect()
    }

    #[test]
    fn the_remainder_is_the_sellers() {
        assert_eq!(parts(101, &shares(&[3_000, 3_333])), [30, 33]);
        assert_eq!(parts(1, &shares(&[9_999])), [0]);
        assert_eq!(parts(-5, &shares(&[5_000])), [0], "who lost money shares nothing");
        assert_eq!(parts(100, &shares(&[9_000, 9_000])), [90, 10], "there isn't more");
        assert_eq!(parts(i64::MAX, &shares(&[WHOLE_BP])), [i64::MAX]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn no_part_is_negative_and_all_are_no_more_than_there_is(
            net in -1_000i64..1_000_000_000, points in prop::collection::vec(0u32..20_000, 0..6),
        ) {
            let parts = parts(net, &shares(&points));
            prop_assert_eq!(parts.len(), points.len());
            prop_assert!(parts.iter().all(|part| *part >= 0));
            prop_assert!(parts.iter().sum::<i64>() <= net.max(0));
        }

        #[test]
        fn within_the_whole_each_gets_all_but_less_than_one_of_theirs(
            net in 0i64..1_000_000_000, points in prop::collection::vec(1u32..=2_000, 1..=5),
        ) {
            for (part, bp) in parts(net, &shares(&points)).into_iter().zip(&points) {
                let exact = i128::from(net) * i128::from(*bp);
                let got = i128::from(part) * i128::from(WHOLE_BP);
                prop_assert!(got <= exact && exact < got + i128::from(WHOLE_BP));
            }
        }

        #[test]
        fn in_whatever_steps_the_sum_came_about_the_parts_are_the_same(
            steps in prop::collection::vec(-10_000i64..10_000, 1..20), points in prop::collection::vec(0u32..=2_000, 1..=5),
        ) {
            let shares = shares(&points);
            let (mut net, mut moved) = (0, vec![0; shares.len()]);
            for step in &steps {
                net = (net + step).max(0);
                for (moved, due) in moved.iter_mut().zip(parts(net, &shares)) {
                    *moved += due - *moved;
                }
            }
            prop_assert_eq!(moved, parts(net, &shares));
        }
    }
}
