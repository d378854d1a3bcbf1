//! What a bank took back of a payment (requirement I8), and from whom it is got meanwhile: first the buyer's own credit,
//! then what they paid for last, then the tenant.

use super::refund::{Asked, Charge, Parts};

/// How a chargeback stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The bank has the money, and nothing is decided.
    Open,
    /// The money came back.
    Won,
    /// The money is gone.
    Lost,
}

impl Stage {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    /// Reads [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Open, Self::Won, Self::Lost]
            .into_iter()
            .find(|stage| stage.name() == name)
    }
}

/// What is got from whom, in minor units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cover {
    /// Out of the buyer's wallet.
    pub wallet_minor: i64,
    /// Of each charge, by its place among those that were given.
    pub shares: Vec<(usize, Parts)>,
    /// What nobody covers but the tenant.
    pub rest_minor: i64,
}

/// Who covers so much: what is in the wallet, then the charges in their order, the rest nobody.
pub fn cover(minor: i64, wallet_minor: i64, charges: &[Charge]) -> Cover {
    let wallet_minor = wallet_minor.clamp(0, minor.max(0));
    let mut cover = Cover {
        wallet_minor,
        shares: Vec::new(),
        rest_minor: minor.max(0) - wallet_minor,
    };
    for (place, charge) in charges.iter().enumerate() {
        let wanted = cover.rest_minor.min(charge.left_minor());
        if let Ok(parts) = charge.refund(Asked::Amount(wanted)) {
            cover.rest_minor -= parts.buyer_minor();
            cover.shares.push((place, parts));
        }
    }
    cover
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn charge(paid_minor: i64, commission_minor: i64, refunded_minor: i64) -> Charge {
        Charge {
            paid_minor,
            price_minor: paid_minor,
            commission_minor,
            tax_minor: 0,
            refunded_minor,
            refunded_commission_minor: commission_minor * refunded_minor / paid_minor,
            refunded_tax_minor: 0,
            timed: None,
        }
    }

    #[test]
    fn the_wallet_first_then_the_newest() {
        let charges = [charge(500, 100, 0), charge(1_000, 200, 900)];
        let all = cover(900, 250, &charges);
        let minor = |place: usize| all.shares[place].1.buyer_minor();
        assert_eq!(
            (all.wallet_minor, minor(0), minor(1), all.rest_minor),
            (250, 500, 100, 50)
        );
        assert_eq!(all.shares[0].1.tenant_minor, 100);
        assert_eq!(cover(200, 250, &charges).wallet_minor, 200);
        assert_eq!(cover(200, -5, &[]).rest_minor, 200);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn everything_is_covered_once(
            minor in 1i64..100_000,
            wallet in -100i64..100_000,
            paid in prop::collection::vec((1i64..20_000, 0i64..=100, 0i64..=100), 0..8),
        ) {
            let charges: Vec<Charge> = paid
                .into_iter()
                .map(|(paid, percent, back)| charge(paid, paid * percent / 100, paid * back / 100))
                .collect();
            let found = cover(minor, wallet, &charges);
            let shares: i64 = found.shares.iter().map(|(_, parts)| parts.buyer_minor()).sum();
            prop_assert_eq!(found.wallet_minor + shares + found.rest_minor, minor);
            prop_assert!(found.wallet_minor >= 0 && found.wallet_minor <= wallet.max(0) && found.rest_minor >= 0);
            for (place, parts) in &found.shares {
                prop_assert!(parts.buyer_minor() <= charges[*place].left_minor() && parts.seller_minor >= 0);
            }
        }
    }
}
