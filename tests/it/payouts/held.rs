//! What is held, until when, and what is taken back meanwhile.

use super::{DAY, House};
use crate::{consoles::own_id, support::LUMEN};
use tallyroom::{
    domain::ids::{DisputeId, UserId},
    store::ledger::AccountKind,
};

#[tokio::test]
async fn earnings_are_held_to_the_moment_and_released_once() {
    let house = House::open().await;
    house.earn(5_000).await;
    house.app.clock.advance(7 * DAY - 1);
    house.back().await;
    house.run_jobs().await;
    assert_eq!(house.where_it_is().await, [5_000, 0, 0, 0]);
    let page = house.seller.get("/sell/earnings").await.expect(200).text;
    assert!(page.contains("The next part is yours on"), "{page}");
    let early = house.ask("").await;
    assert_eq!(early.status, 422, "a moment too early");
    assert!(early.text.contains("At least"), "{}", early.text);

    house.app.clock.advance(1);
    house.earn(300).await;
    house.run_jobs().await;
    assert_eq!(house.where_it_is().await, [5_300, 0, 0, 0], "the job comes by the hour");
    let page = house.seller.get("/sell/earnings").await.expect(200).text;
    assert!(page.contains("€50.00"), "the page doesn't wait for it: {page}");
    house.app.clock.advance(3_600_000);
    for _ in 0..3 {
        house.run_jobs().await;
        assert_eq!(house.where_it_is().await, [300, 5_000, 0, 0]);
    }
    assert_eq!(house.released(), 1);
    // At one moment nothing is released twice, whoever does it.
    house.ask("20").await.expect(303);
    house.ask("20").await.expect(303);
    assert_eq!(house.where_it_is().await, [300, 1_000, 4_000, 0]);
    assert_eq!(house.released(), 1);
}

#[tokio::test]
async fn what_is_refunded_meanwhile_never_makes_it_negative() {
    let house = House::open().await;
    let earned = AccountKind::Earnings(house.seller_id);
    let buyer = house.app.user(LUMEN, "Bea Buyer").await;
    let buyer = UserId::from_uuid(own_id(&buyer).await.parse().expect("an id"));
    house.earn(10_000).await;
    house.app.clock.advance(3 * DAY);
    house.earn(5_000).await;
    house.app.clock.advance(DAY);
    house.moved("refund", earned, AccountKind::Wallet(buyer), 12_000).await;
    house.app.clock.advance(3 * DAY);
    house.back().await;
    house.run_jobs().await;
    // What was given back was of the oldest: what is left is of the newer, and held for as long as that.
    assert_eq!(house.where_it_is().await, [3_000, 0, 0, 0]);
    assert_eq!(house.ask("").await.status, 422, "nothing was held for long enough");
    house.app.clock.advance(3 * DAY - 1);
    house.back().await;
    house.run_jobs().await;
    assert_eq!(house.where_it_is().await, [3_000, 0, 0, 0], "a moment too early");
    house.app.clock.advance(3_600_000);
    house.run_jobs().await;
    assert_eq!(house.where_it_is().await, [0, 3_000, 0, 0], "never more than there is");
    // More is taken back than there was: nothing can be asked for, and new earnings make up for it.
    house
        .moved(
            "refund",
            AccountKind::Payable(house.seller_id),
            AccountKind::Wallet(buyer),
            5_000,
        )
        .await;
    let owes = house.ask("").await;
    assert_eq!(owes.status, 409);
    assert!(owes.text.contains("20.00 EUR are missing"), "{}", owes.text);
    house.earn(6_000).await;
    house.app.clock.advance(7 * DAY);
    house.back().await;
    house.ask("").await.expect(303);
    assert_eq!(house.where_it_is().await, [0, 0, 4_000, 0]);
}

/// What was held for a dispute and returns was earned when it was, and commission is no refund.
#[tokio::test]
async fn what_returns_is_as_old_as_it_was() {
    let house = House::open().await;
    let earned = AccountKind::Earnings(house.seller_id);
    let dispute = AccountKind::Disputed(house.seller_id, DisputeId::new());
    house.earn(10_000).await;
    house.app.clock.advance(6 * DAY);
    house.earn(5_000).await;
    house.moved("commission", earned, AccountKind::Revenue, 1_000).await;
    house.moved("dispute_held", earned, dispute, 2_000).await;
    house.moved("dispute_back", dispute, earned, 2_000).await;
    house.app.clock.advance(DAY + 3_600_000);
    house.back().await;
    house.run_jobs().await;
    assert_eq!(house.where_it_is().await, [4_000, 10_000, 0, 0]);
}
