//! Whole calls over HTTP, WebSocket and the real media node, and what happens when parts of it break.

mod support;

use anyhow::{Context, Result};
use serde_json::json;
use std::time::Duration;
use support::{
    desk::{Desk, credentials},
    node,
};
use tallyroom_media_protocol::signaling::{CallPhase, CallRole, RoomRole, ServerMessage};
use tallyroom_participant::{
    caller::{Participant, next_message},
    counters::Totals,
    in_call::{InCall, Presence},
    media::MediaOptions,
    probe::{ProbeConfig, run_probe},
    robot::{RobotConfig, run_robot},
};
use tokio::time::{sleep, timeout};

const PATIENCE: Duration = Duration::from_secs(20);

async fn until(what: &str, reached: impl Fn() -> bool) -> Result<()> {
    let poll = async {
        while !reached() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, poll).await.with_context(|| what.to_owned())
}

async fn until_seen(who: &InCall, reached: impl Fn(Totals) -> bool) -> Result<Totals> {
    let waited = until("counters", || reached(who.counters().totals())).await;
    let totals = who.counters().totals();
    waited.with_context(|| format!("{totals:?}")).map(|()| totals)
}

/// More pictures than there are now.
async fn until_more(who: &InCall) -> Result<()> {
    let before = who.counters().totals().counters_read;
    until_seen(who, |totals| totals.counters_read > before + 10)
        .await
        .map(drop)
}

async fn person(desk: &Desk, role: CallRole) -> Result<Participant> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Participant::login(desk.tenant(), credentials(role)).await
}

struct Call {
    buyer: Participant,
    seller: Participant,
    buyer_in: InCall,
    seller_in: InCall,
}

/// Both in the room, seeing each other.
async fn call(desk: &Desk) -> Result<Call> {
    let (buyer, seller) = (
        person(desk, CallRole::Buyer).await?,
        person(desk, CallRole::Seller).await?,
    );
    let call = desk.pre_check();
    let seller_in = seller.join(call, MediaOptions::default());
    let buyer_in = buyer.join(call, MediaOptions::default());
    for who in [&seller_in, &buyer_in] {
        who.joined().await?;
        until_more(who).await?;
    }
    Ok(Call {
        buyer,
        seller,
        buyer_in,
        seller_in,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_from_join_to_end() -> Result<()> {
    let (_process, node) = node().await?;
    let desk = Desk::open(node).await?;
    let Call {
        buyer_in, seller_in, ..
    } = &call(&desk).await?;
    for who in [buyer_in, seller_in] {
        who.press_connect().await?;
    }
    for who in [buyer_in, seller_in] {
        timeout(
            PATIENCE,
            who.until(|view| view.phase == CallPhase::Live && view.other.connected),
        )
        .await??;
    }
    buyer_in.chat("good day").await?;
    until("chat", || {
        seller_in.chat_lines().iter().any(|line| line.text == "good day")
    })
    .await?;
    buyer_in.end().await?;
    for who in [buyer_in, seller_in] {
        timeout(
            PATIENCE,
            who.presence().wait_for(|presence| *presence == Presence::Ended),
        )
        .await??;
        assert_eq!((who.joins(), who.counters().totals().foreign_pictures), (1, 0));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_socket_brings_a_rejoin_and_the_picture_back() -> Result<()> {
    let (_process, node) = node().await?;
    let desk = Desk::open(node).await?;
    let Call {
        buyer_in, seller_in, ..
    } = &call(&desk).await?;
    desk.cut(CallRole::Buyer);
    until("rejoin", || buyer_in.joins() == 2).await?;
    until_more(seller_in).await?;
    until_more(buyer_in).await?;
    assert_eq!((buyer_in.joins(), seller_in.joins()), (2, 1));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_node_moves_the_call_to_another() -> Result<()> {
    let (mut process, first) = node().await?;
    let desk = Desk::open(first).await?;
    let Call {
        buyer_in, seller_in, ..
    } = &call(&desk).await?;
    process.kill().await?;
    let (_process, second) = node().await?;
    desk.move_to(second);
    until("rejoin", || buyer_in.joins() == 2 && seller_in.joins() == 2).await?;
    until_more(seller_in).await?;
    until_more(buyer_in).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restarted_server_is_found_again_with_a_new_token() -> Result<()> {
    let (_process, node) = node().await?;
    let desk = Desk::open(node).await?;
    let Call {
        buyer_in, seller_in, ..
    } = &call(&desk).await?;
    desk.restart(Duration::from_millis(300)).await?;
    until("rejoin", || buyer_in.joins() >= 2 && seller_in.joins() >= 2).await?;
    until_more(seller_in).await?;
    until_more(buyer_in).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_replaced_stops_and_stays_out() -> Result<()> {
    let (_process, node) = node().await?;
    let desk = Desk::open(node).await?;
    let Call {
        buyer_in, seller_in, ..
    } = &call(&desk).await?;
    let second_tab = person(&desk, CallRole::Buyer).await?;
    let second_in = second_tab.join(desk.call(), MediaOptions::default());
    second_in.joined().await?;
    timeout(
        PATIENCE,
        buyer_in.presence().wait_for(|presence| *presence == Presence::Replaced),
    )
    .await??;
    until_more(&second_in).await?;
    let sent = buyer_in.counters().totals();
    until_more(&second_in).await?;
    assert_eq!(buyer_in.counters().totals(), sent);
    assert!(buyer_in.press_connect().await.is_err(), "a stale epoch was accepted");
    assert_eq!(seller_in.joins(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_vanishes_is_silent_at_once() -> Result<()> {
    let (_process, node) = node().await?;
    let desk = Desk::open(node).await?;
    let Call {
        buyer,
        seller,
        buyer_in,
        seller_in,
    } = call(&desk).await?;
    buyer.leave_abruptly();
    buyer_in.leave_abruptly();
    until("closed socket", || !desk.is_connected(CallRole::Buyer)).await?;
    sleep(Duration::from_millis(200)).await;
    let (quiet, sent) = (seller_in.counters().totals(), buyer_in.counters().totals());
    until_seen(&seller_in, |totals| totals.frames_sent > quiet.frames_sent + 20).await?;
    assert_eq!(seller_in.counters().totals().frames_received, quiet.frames_received);
    assert_eq!(buyer_in.counters().totals(), sent);
    assert!(desk.is_connected(CallRole::Seller), "{}", seller.account().user().name);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_isn_t_ours_is_refused() -> Result<()> {
    let (_process, node) = node().await?;
    let desk = Desk::open(node).await?;
    let buyer = person(&desk, CallRole::Buyer).await?;
    let stranger = buyer.join(uuid::Uuid::new_v4(), MediaOptions::default());
    let refused = timeout(PATIENCE, stranger.joined()).await?;
    assert!(refused.unwrap_err().to_string().contains("not_in_call"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_robot_answers_again_and_again_across_a_restart() -> Result<()> {
    let (_process, node) = node().await?;
    let desk = Desk::open(node).await?;
    let buyer = person(&desk, CallRole::Buyer).await?;
    let mut config = RobotConfig::new(desk.tenant(), credentials(CallRole::Seller));
    config.answer_after = Duration::from_millis(100);
    let robot = tokio::spawn(run_robot(config));
    for _ in 0..2 {
        until("availability", || {
            desk.is_available() && desk.is_connected(CallRole::Seller)
        })
        .await?;
        let call = desk.ring();
        until("answer", || desk.phase() == CallPhase::PreCheck).await?;
        let buyer_in = buyer.join(call, MediaOptions::default());
        buyer_in.joined().await?;
        timeout(PATIENCE, buyer_in.until(|view| view.other.connected)).await??;
        buyer_in.press_connect().await?;
        timeout(PATIENCE, buyer_in.until(|view| view.phase == CallPhase::Live)).await??;
        until("greeting", || {
            buyer_in.chat_lines().iter().any(|line| line.from == RoomRole::Seller)
        })
        .await?;
        until_more(&buyer_in).await?;
        desk.restart(Duration::from_millis(100)).await?;
        until("rejoin", || buyer_in.joins() >= 2).await?;
        until_more(&buyer_in).await?;
        buyer_in.end().await?;
        until("robot's reconnect", || desk.is_connected(CallRole::Seller)).await?;
    }
    assert!(!robot.is_finished());
    robot.abort();
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_robot_answers_who_rings_the_moment_a_call_is_over() -> Result<()> {
    let (_process, node) = node().await?;
    let desk = Desk::open(node).await?;
    let buyer = person(&desk, CallRole::Buyer).await?;
    let mut config = RobotConfig::new(desk.tenant(), credentials(CallRole::Seller));
    config.answer_after = Duration::from_millis(50);
    let robot = tokio::spawn(run_robot(config));
    until("availability", || {
        desk.is_available() && desk.is_connected(CallRole::Seller)
    })
    .await?;
    for _ in 0..3 {
        let call = desk.ring();
        until("answer", || desk.phase() == CallPhase::PreCheck).await?;
        let buyer_in = buyer.join(call, MediaOptions::default());
        buyer_in.joined().await?;
        timeout(PATIENCE, buyer_in.until(|view| view.other.present)).await??;
        buyer_in.end().await?;
    }
    robot.abort();
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_robot_that_is_started_again_goes_back_into_its_call() -> Result<()> {
    let (_process, node) = node().await?;
    let desk = Desk::open(node).await?;
    let buyer = person(&desk, CallRole::Buyer).await?;
    let buyer_in = buyer.join(desk.pre_check(), MediaOptions::default());
    buyer_in.joined().await?;
    let robot = tokio::spawn(run_robot(RobotConfig::new(
        desk.tenant(),
        credentials(CallRole::Seller),
    )));
    timeout(PATIENCE, buyer_in.until(|view| view.other.connected)).await??;
    until_more(&buyer_in).await?;
    robot.abort();
    Ok(())
}

fn probe(desk: &Desk) -> ProbeConfig {
    let _ = rustls::crypto::ring::default_provider().install_default();
    ProbeConfig {
        tenant: desk.tenant(),
        buyer: credentials(CallRole::Buyer),
        seller: credentials(CallRole::Seller),
        service: None,
        increments: 3,
        patience: Duration::from_secs(30),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_probe_reports_a_call_that_works() -> Result<()> {
    let (_process, node) = node().await?;
    let desk = Desk::open(node).await?;
    let report = run_probe(probe(&desk)).await.map_err(anyhow::Error::msg)?;
    assert!(
        report.frames_decoded.buyer >= 5 && report.frames_decoded.seller >= 5,
        "{report:?}"
    );
    assert!(report.join_ms > 0 && report.join_ms < 5_000, "{report:?}");
    let sums = (
        report.charged_minor,
        report.seller_minor,
        report.tenant_minor,
        report.ledger_sum_minor,
    );
    assert_eq!(
        (sums, report.increments, report.seconds_metered),
        ((30, 24, 6, 0), 3, 9.0)
    );
    assert_eq!(desk.phase(), CallPhase::Ended);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_probe_says_why_a_call_doesn_t_work() -> Result<()> {
    let (mut process, node) = node().await?;
    let desk = Desk::open(node).await?;
    desk.set_bill("tenant_minor", json!(7));
    let reason = run_probe(probe(&desk)).await.unwrap_err();
    assert!(reason.contains("charged 30, but seller 24 and tenant 7"), "{reason}");
    process.kill().await?;
    let reason = run_probe(ProbeConfig {
        patience: Duration::from_secs(3),
        ..probe(&desk)
    })
    .await
    .unwrap_err();
    assert!(reason.contains("not done after 3 s"), "{reason}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_are_heard_by_everyone_who_listens() -> Result<()> {
    let (_process, node) = node().await?;
    let desk = Desk::open(node).await?;
    let seller = person(&desk, CallRole::Seller).await?;
    let (mut first, mut second) = (seller.subscribe(), seller.subscribe());
    let call = desk.ring();
    for events in [&mut first, &mut second] {
        let heard = next_message(events, |message| match message {
            ServerMessage::Ring { call, .. } => Some(*call),
            _ => None,
        });
        assert_eq!(timeout(PATIENCE, heard).await??, call);
    }
    Ok(())
}
