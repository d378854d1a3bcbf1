//! What flows: byte counters are polled, because the worker raises no event when packets stop.
//!
//! A counter that moved between two polls counts as a packet at the later one, so an age is at most one period too
//! young.

use crate::load::LoadMeter;
use crate::rooms::Rooms;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tallyroom_media_protocol::{FLOW_PERIOD_MS, NodeMessage, PeerFlow};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use uuid::Uuid;

/// A worker that doesn't answer for so long never will.
const STALLED_AFTER: Duration = Duration::from_secs(10);

/// A byte counter and when it last moved.
#[derive(Default)]
pub(crate) struct Counter {
    bytes: u64,
    moved_at: Option<Instant>,
}

impl Counter {
    /// Takes a reading that counts.
    pub(crate) fn observe(&mut self, bytes: u64, now: Instant) {
        if bytes != self.bytes {
            self.bytes = bytes;
            self.moved_at = Some(now);
        }
    }

    /// Takes a reading that doesn't count: what comes while paused isn't sending, and mustn't look like it afterwards.
    pub(crate) fn disregard(&mut self, bytes: u64) {
        self.bytes = bytes;
        self.moved_at = None;
    }

    /// Milliseconds since the counter moved; none if it never did.
    pub(crate) fn age_ms(&self, now: Instant) -> Option<u32> {
        self.moved_at.map(|at| millis(now.saturating_duration_since(at)))
    }
}

fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}

/// One sweep over all rooms.
pub struct Report {
    peers: HashMap<Uuid, Vec<PeerFlow>>,
    load_permille: u32,
    taken_at: Instant,
}

impl Report {
    fn new(peers: HashMap<Uuid, Vec<PeerFlow>>, load_permille: u32) -> Arc<Self> {
        Arc::new(Self {
            peers,
            load_permille,
            taken_at: Instant::now(),
        })
    }

    /// The message for one control plane, with ages as of now: a report may have waited for a slow connection.
    pub fn message_for(&self, owner: Uuid) -> NodeMessage {
        let waited = millis(self.taken_at.elapsed());
        let mut peers = self.peers.get(&owner).cloned().unwrap_or_default();
        for peer in &mut peers {
            for age in [
                &mut peer.audio_age_ms,
                &mut peer.video_age_ms,
                &mut peer.transport_age_ms,
            ] {
                *age = age.map(|ms| ms.saturating_add(waited));
            }
        }
        NodeMessage::Flow {
            peers,
            load_permille: self.load_permille,
        }
    }
}

/// Publishes a [`Report`] every [`FLOW_PERIOD_MS`].
pub struct FlowMonitor {
    rooms: Rooms,
    reports: watch::Sender<Arc<Report>>,
}

impl FlowMonitor {
    /// A monitor, and where its reports appear.
    pub fn new(rooms: Rooms) -> (Self, watch::Receiver<Arc<Report>>) {
        let (reports, receiver) = watch::channel(Report::new(HashMap::new(), 0));
        (Self { rooms, reports }, receiver)
    }

    /// Runs until the worker stops answering.
    pub async fn run(self) {
        let mut load = LoadMeter::new();
        let mut ticks = interval(Duration::from_millis(FLOW_PERIOD_MS));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.rooms.sweep();
            let Ok(peers) = timeout(STALLED_AFTER, self.rooms.sample()).await else {
                return;
            };
            self.reports.send_replace(Report::new(peers, load.read()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(start: Instant, ms: u64) -> Instant {
        start + Duration::from_millis(ms)
    }

    #[test]
    fn age_is_since_the_counter_moved() {
        let (start, mut counter) = (Instant::now(), Counter::default());
        counter.observe(0, start);
        assert_eq!(counter.age_ms(start), None, "nothing came yet");
        counter.observe(100, after(start, 500));
        counter.observe(100, after(start, 1000));
        assert_eq!(counter.age_ms(after(start, 1500)), Some(1000));
        counter.observe(101, after(start, 2000));
        assert_eq!(counter.age_ms(after(start, 2000)), Some(0));
    }

    #[test]
    fn what_came_while_paused_does_not_count() {
        let (start, mut counter) = (Instant::now(), Counter::default());
        counter.observe(100, start);
        counter.disregard(250);
        assert_eq!(counter.age_ms(start), None);
        counter.observe(250, after(start, 500));
        assert_eq!(counter.age_ms(after(start, 500)), None, "bytes of the pause");
        counter.observe(300, after(start, 1000));
        assert_eq!(counter.age_ms(after(start, 1000)), Some(0));
    }

    #[tokio::test(start_paused = true)]
    async fn ages_grow_while_a_report_waits() {
        let owner = Uuid::new_v4();
        let peer = PeerFlow {
            room: Uuid::new_v4(),
            peer: Uuid::new_v4(),
            audio_age_ms: Some(20),
            video_age_ms: None,
            transport_age_ms: Some(u32::MAX),
            send_score: None,
            recv_score: None,
        };
        let report = Report::new(HashMap::from([(owner, vec![peer])]), 7);
        tokio::time::advance(Duration::from_millis(300)).await;
        let NodeMessage::Flow {
            peers,
            load_permille: 7,
        } = report.message_for(owner)
        else {
            panic!("no flow")
        };
        assert_eq!(peers[0].audio_age_ms, Some(320));
        assert_eq!(peers[0].video_age_ms, None);
        assert_eq!(peers[0].transport_age_ms, Some(u32::MAX));
        let NodeMessage::Flow { peers, .. } = report.message_for(Uuid::new_v4()) else {
            panic!("no flow")
        };
        assert!(peers.is_empty(), "another control plane's peers");
    }
}
