//! Recording a call of real participants: their files as `ffmpeg` reads them.

use crate::control::{Node, soon};
use serde_json::Value;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tallyroom_media_protocol::{MediaKind, NodeMessage, PeerId, RecordedPart, RecordingProblem};
use tallyroom_participant::bare::{BareControl, BareNode, BareParticipant, BareRoom};
use tallyroom_participant::media::{Identity, MediaOptions};
use tokio::sync::broadcast;
use tokio::time::sleep;
use uuid::Uuid;

/// A node with two people in a room.
struct Call {
    node: Node,
    bare: BareNode,
    events: broadcast::Receiver<NodeMessage>,
    room: BareRoom,
    people: Vec<BareParticipant>,
    recording: Uuid,
    files: tempfile::TempDir,
}

impl Call {
    async fn start() -> Self {
        Self::of(|control, files| Node::start(control, &["--files", files])).await
    }

    async fn of(start: impl FnOnce(&str, &str) -> Node) -> Self {
        let files = tempfile::tempdir().expect("folder");
        let control = BareControl::bind().await.expect("bound");
        let url = control.url().expect("address");
        let node = start(&url, files.path().to_str().expect("text"));
        let bare = control.node().await.expect("a node");
        let room = bare.room();
        let mut people = Vec::new();
        for _ in 0..2 {
            let identity = Identity::generate().expect("identity");
            people.push(
                Box::pin(room.join(identity, MediaOptions::default()))
                    .await
                    .expect("joined"),
            );
        }
        let call = Self {
            node,
            events: bare.events(),
            bare,
            room,
            people,
            recording: Uuid::new_v4(),
            files,
        };
        call.flows().await;
        call
    }

    /// Waits until both see each other anew.
    async fn flows(&self) {
        for person in &self.people {
            let before = person.counters().totals().counters_read;
            let seen = async {
                while person.counters().totals().counters_read < before + 5 {
                    sleep(Duration::from_millis(20)).await;
                }
            };
            soon("pictures", seen).await;
        }
    }

    async fn record(&self, offset: Duration) {
        for person in &self.people {
            person.record(self.recording, offset).await.expect("recorded");
        }
    }

    async fn stop(&self) {
        self.room.stop_recording(self.recording).await.expect("complete");
    }

    fn file(&self, peer: PeerId) -> PathBuf {
        let folder = self.files.path().join("recordings").join(self.recording.to_string());
        folder.join(format!("{peer}.mp4"))
    }

    async fn recorded(&mut self) -> RecordedPart {
        match self.told().await {
            NodeMessage::Recorded { part, .. } => part,
            other => panic!("{other:?}"),
        }
    }

    /// The next thing that the node tells of a recording.
    async fn told(&mut self) -> NodeMessage {
        loop {
            let event = soon("event", self.events.recv()).await.expect("the node is there");
            let of_recording = matches!(
                event,
                NodeMessage::Recorded { .. } | NodeMessage::RecordingFailed { .. }
            );
            if of_recording {
                return event;
            }
        }
    }
}

fn run(program: &str, arguments: &[&str], file: &Path) -> String {
    let output = Command::new(program)
        .args(["-v", "error"])
        .args(arguments)
        .arg(file)
        .output()
        .expect("ffmpeg is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// Codecs of the streams that hold anything.
fn codecs(file: &Path) -> HashSet<String> {
    let json = run("ffprobe", &["-count_packets", "-show_streams", "-of", "json"], file);
    let json: Value = serde_json::from_str(&json).expect("json");
    let streams = json["streams"].as_array().expect("streams").iter();
    let filled = streams.filter(|stream| stream["nb_read_packets"].as_str().is_some_and(|count| count != "0"));
    filled
        .map(|stream| stream["codec_name"].as_str().expect("codec").to_owned())
        .collect()
}

/// When each packet of a stream is shown, in seconds.
fn times(file: &Path, stream: &str) -> Vec<f64> {
    let arguments = [
        "-select_streams",
        stream,
        "-show_entries",
        "packet=pts_time",
        "-of",
        "csv=p=0",
    ];
    let lines = run("ffprobe", &arguments, file);
    lines
        .lines()
        .filter_map(|line| line.trim_end_matches(',').parse().ok())
        .collect()
}

/// How many different pictures can be decoded, and whether everything can.
fn pictures(file: &Path) -> usize {
    let input = file.to_str().expect("text");
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i", input, "-map", "0:v", "-f", "framemd5", "-"])
        .output()
        .expect("ffmpeg is installed");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).expect("text");
    let sums: HashSet<&str> = lines
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.rsplit(',').next())
        .collect();
    sums.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_sides_are_recorded_as_they_are_sent() {
    let mut call = Call::start().await;
    let began = Instant::now();
    call.record(Duration::ZERO).await;
    call.record(Duration::ZERO).await; // asking again changes nothing
    let person = &call.people[0];
    assert!(
        person.record(Uuid::new_v4(), Duration::ZERO).await.is_err(),
        "another one"
    );
    sleep(Duration::from_secs(3)).await;
    call.stop().await;
    let lasted = began.elapsed().as_millis() as u64;
    let parts = [call.recorded().await, call.recorded().await];
    for person in &call.people {
        let file = call.file(person.peer());
        let part = parts.iter().find(|part| part.peer == person.peer()).expect("told");
        assert_eq!((part.recording, part.video), (call.recording, true));
        assert_eq!(part.bytes, file.metadata().expect("file").len());
        assert!(
            part.from_ms < 1_000 && part.until_ms <= lasted + 50,
            "{part:?} of {lasted} ms"
        );
        assert!(part.until_ms + 500 >= lasted, "{part:?} of {lasted} ms");
        assert_eq!(codecs(&file), HashSet::from(["h264".to_owned(), "opus".to_owned()]));
        let moved = pictures(&file);
        assert!(moved > 25, "{moved} pictures");
    }
    call.flows().await;
    call.stop().await; // there is none any more
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn times_count_from_the_recordings_begin_also_after_a_pause() {
    let call = Call::start().await;
    let (began, offset) = (Instant::now(), 5.0);
    call.record(Duration::from_secs(5)).await;
    sleep(Duration::from_millis(1_500)).await;
    let person = &call.people[0];
    person.media().pause(MediaKind::Video, true).await.expect("paused");
    sleep(Duration::from_secs(2)).await;
    person.media().pause(MediaKind::Video, false).await.expect("goes on");
    sleep(Duration::from_millis(1_500)).await;
    call.stop().await;
    let lasted = began.elapsed().as_secs_f64();
    let file = call.file(person.peer());
    let (sounds, shown) = (times(&file, "a:0"), times(&file, "v:0"));
    let gap = shown.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
    assert!((1.8..3.2).contains(&gap), "a gap of {gap} s in {shown:?}");
    for all in [&sounds, &shown] {
        let (first, last) = (all[0], all[all.len() - 1]);
        assert!((offset..offset + 0.8).contains(&first), "begins at {first} s");
        assert!(
            (offset + lasted - 0.5..offset + lasted + 0.05).contains(&last),
            "ends at {last} s of {lasted} s"
        );
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
    }
    let silence = sounds.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
    assert!(silence < 0.5, "the sound went on but for {silence} s");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_node_loses_at_most_a_second_and_the_file_plays() {
    let mut call = Call::start().await;
    let began = Instant::now();
    call.record(Duration::ZERO).await;
    sleep(Duration::from_millis(3_300)).await;
    call.node.kill().await;
    let lasted = began.elapsed().as_secs_f64();
    for person in &call.people {
        let file = call.file(person.peer());
        assert_eq!(codecs(&file), HashSet::from(["h264".to_owned(), "opus".to_owned()]));
        for stream in ["a:0", "v:0"] {
            let last = times(&file, stream).last().copied().expect("something");
            assert!(last + 1.0 >= lasted, "{stream} ends at {last} s of {lasted} s");
        }
        assert!(pictures(&file) > 25);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_ends_the_recording_but_not_the_call() {
    // No file may get longer than some: to a program that ignores the signal that looks like a full disk.
    let mut call = Call::of(|control, files| Node::start_limited(control, &["--files", files], 100 * 1_024)).await;
    call.record(Duration::ZERO).await;
    let peers: HashSet<PeerId> = call.people.iter().map(BareParticipant::peer).collect();
    let mut recorded = HashSet::new();
    for _ in 0..2 {
        let part = call.recorded().await;
        assert!(part.bytes > 0 && part.bytes <= 100 * 1_024, "{part:?}");
        assert_eq!(call.file(part.peer).metadata().expect("file").len(), part.bytes);
        assert!(pictures(&call.file(part.peer)) > 0);
        recorded.insert(part.peer);
        let failed = call.told().await;
        let NodeMessage::RecordingFailed { recording, problem, .. } = failed else {
            panic!("{failed:?}")
        };
        assert_eq!((recording, problem), (call.recording, RecordingProblem::DiskFull));
    }
    assert_eq!(recorded, peers);
    call.flows().await;
    call.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_completes_their_file_and_closing_the_room_everybodys() {
    let mut call = Call::start().await;
    call.record(Duration::ZERO).await;
    sleep(Duration::from_millis(1_200)).await;
    let leaving = call.people.remove(0);
    let peer = leaving.peer();
    leaving.leave().await.expect("left");
    assert_eq!(call.recorded().await.peer, peer);
    let close = tallyroom_media_protocol::Request::CloseRoom { room: call.room.id() };
    call.bare.request(close).await.expect("closed");
    let last = call.recorded().await;
    assert_eq!(last.peer, call.people[0].peer());
    assert!(pictures(&call.file(last.peer)) > 5);
    assert!(
        call.people[0].record(call.recording, Duration::ZERO).await.is_err(),
        "nobody is there"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_asked_to_end_completes_its_files_and_tells() {
    let mut call = Call::start().await;
    call.record(Duration::ZERO).await;
    sleep(Duration::from_millis(1_200)).await;
    call.node.terminate();
    let parts = [call.recorded().await, call.recorded().await];
    assert!(call.node.exit().await.success());
    for part in parts {
        assert_eq!(call.file(part.peer).metadata().expect("file").len(), part.bytes);
        assert!(pictures(&call.file(part.peer)) > 5);
    }
}
