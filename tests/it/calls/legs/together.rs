//! One wallet for the call and a leg: how long it lasts is told of both alike, and in time.

use super::*;

impl Three<'_> {
    /// Waits until that much time is told to be left, of the call and of the leg.
    async fn left(&self, call_ms: i64, leg_ms: i64) {
        let mut told = (None, None);
        for _ in 0..1_000 {
            told = (self.left_of(self.talk.call).await, self.left_of(self.leg).await);
            if told == (Some(call_ms), Some(leg_ms)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{call_ms} and {leg_ms} ms should be left: {told:?}");
    }

    async fn left_of(&self, call: Uuid) -> Option<i64> {
        let path = format!("/api/v1/calls/{call}");
        self.talk.pair.buyer.get(&path).await.expect(200).json()["remaining_ms"].as_i64()
    }

    /// Which mark was passed in the call, and which in the leg. While the ledger is asked nobody is warned: reports go on
    /// until it has answered.
    async fn warned(&mut self) -> (u32, u32) {
        let leg = self.leg;
        for _ in 0..400 {
            if self.warnings() >= 2 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
            self.flow(true).await;
        }
        let in_call = |message: &ServerMessage| match message {
            ServerMessage::Warning { minutes_left } => Some(*minutes_left),
            _ => None,
        };
        let in_leg = move |message: &ServerMessage| match message {
            ServerMessage::LegWarning { leg: of, minutes_left } if *of == leg => Some(*minutes_left),
            _ => None,
        };
        let call = self.talk.buyer.wait("a warning of the call", in_call).await;
        self.talk.buyer.wait("a warning of the leg", in_leg).await;
        (call, self.provider.page.wait("a warning of the leg", in_leg).await)
    }

    fn warnings(&self) -> usize {
        let is_warning = |message: &&ServerMessage| {
            matches!(
                message,
                ServerMessage::Warning { .. } | ServerMessage::LegWarning { .. }
            )
        };
        self.talk.buyer.heard.iter().filter(is_warning).count()
    }

    fn has_been_warned(&self) -> bool {
        self.warnings() > 0
    }
}

#[tokio::test]
async fn both_clocks_tell_when_the_wallet_is_empty() {
    // The call's minutes begin at 0, 60, and 120 s, the leg's at 20, 80, and 140; nothing is left for the one at 180.
    let pair = buyer_pays(3 * 120 + 3 * RATE).await;
    let provider = Provider::new(&pair).await;
    let mut talk = pair.live().await;
    talk.talk(20_000).await;
    let mut three = joined(talk, provider).await;
    three.left(160_000, 160_000).await;
    three.talk(38_000, true).await;
    three.left(122_000, 122_000).await;
    assert!(!three.has_been_warned());
    three.talk(2_000, true).await;
    assert_eq!(three.warned().await, (2, 2));
    // A line that is lost for a moment takes no time, and gives none away.
    three.talk(10_000, false).await;
    three.flow(true).await;
    three.talk(2_000, true).await;
    three.provider.page.act("end").await.expect("left");
    told(&mut three.talk.buyer, "the leg's end", |leg| {
        leg.phase == CallPhase::Ended
    })
    .await;
    // Two minutes more for the call, beyond the one that is held up to 120 s.
    for _ in 0..1_000 {
        if three.left_of(three.talk.call).await == Some(168_000) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(three.left_of(three.talk.call).await, Some(168_000));
    three.talk.talk(46_000).await;
    assert!(!three.has_been_warned(), "the time had grown");
    three.talk.talk(2_000).await;
    let again = |message: &ServerMessage| matches!(message, ServerMessage::Warning { minutes_left: 2 }).then_some(());
    three.talk.buyer.wait("the next warning", again).await;
    let whole = three.talk.hang_up().await;
    assert_eq!(whole["charged_minor"], 240);
    pair.audit().await;
}

#[tokio::test]
async fn minutes_that_begin_together_are_counted_once() {
    let pair = buyer_pays(2 * (120 + RATE)).await;
    let provider = Provider::new(&pair).await;
    let mut three = joined(pair.live().await, provider).await;
    three.left(120_000, 120_000).await;
    assert_eq!(three.warned().await, (2, 2));
    // Both hold their second minute by the same tick of the ledger.
    three.talk(52_000, true).await;
    three.left(68_000, 68_000).await;
    assert!(!three.has_been_warned());
    three.talk(8_000, true).await;
    assert_eq!(three.warned().await, (1, 1));
    // More money is more time for both, and whose minute comes next is paid first.
    pair.fund(120 + RATE).await;
    three.left(120_000, 120_000).await;
    pair.fund(120).await;
    three.left(120_000, 120_000).await;
    three.talk.buyer.act("end").await.expect("ended");
    let whole = three.talk.bill().await;
    assert_eq!(whole["charged_minor"], 120);
    pair.audit().await;
}
