//! Films made of what each person sent, by the real program.

use std::{
    collections::HashSet,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
    time::Duration,
};
use tallyroom::{
    app::ports::{Composer, Part, Plan},
    error::Kind,
    gateways::compose::Ffmpeg,
};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

/// The dark of an empty place, about.
const DARK: [u8; 3] = [0x15, 0x18, 0x1d];

fn ffmpeg(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-y"])
        .args(arguments)
        .output()
        .expect("ffmpeg is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn text(path: &Path) -> &str {
    path.to_str().expect("text")
}

/// Somebody's file as a media node writes it: fragments whose times count from the recording's begin.
struct Sent<'a> {
    picture: Option<&'a str>,
    sound: Option<&'a str>,
    from_s: f64,
}

impl Sent<'_> {
    fn into(self, folder: &TempDir, name: &str) -> PathBuf {
        let path = folder.path().join(name);
        let mut arguments = Vec::new();
        for source in [self.picture, self.sound].into_iter().flatten() {
            arguments.extend(["-f", "lavfi", "-i", source]);
        }
        let offset = self.from_s.to_string();
        arguments.extend([
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-g",
            "10",
            "-bf",
            "0",
            "-c:a",
            "libopus",
        ]);
        arguments.extend(["-output_ts_offset", &offset, "-f", "mp4", "-frag_duration", "500000"]);
        arguments.extend(["-avoid_negative_ts", "make_non_negative"]);
        arguments.extend(["-movflags", "empty_moov+default_base_moof+frag_discont", text(&path)]);
        ffmpeg(&arguments);
        path
    }
}

fn part(path: PathBuf, person: usize) -> Part {
    Part { path, person }
}

async fn compose(folder: &TempDir, parts: Vec<Part>, people: usize, until_ms: u64) -> PathBuf {
    let out = folder.path().join("call.mp4");
    let plan = Plan {
        parts,
        people,
        until_ms,
        out: out.clone(),
    };
    let percents = Mutex::new(Vec::new());
    let note = |percent| percents.lock().expect("not poisoned").push(percent);
    let composed = Ffmpeg::new("ffmpeg".into())
        .compose(plan, &note)
        .await
        .expect("composed");
    assert_eq!(composed.length_ms, until_ms);
    let percents = percents.into_inner().expect("not poisoned");
    assert!(percents.is_sorted() && percents.last() == Some(&100), "{percents:?}");
    check(&out, until_ms);
    out
}

/// What every film is: H.264 and AAC, as long as it is to be, and made so that playing can begin at once.
fn check(film: &Path, until_ms: u64) {
    let show = "stream=codec_name,pix_fmt:format=duration";
    let output = Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-show_entries",
            show,
            "-of",
            "default=nk=1:nw=1",
            text(film),
        ])
        .output()
        .expect("ffprobe is installed");
    let shown = String::from_utf8(output.stdout).expect("text");
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[..3], ["h264", "yuv420p", "aac"], "{shown}");
    let length: f64 = lines[lines.len() - 1].parse().expect("a length");
    assert!(
        (length - until_ms as f64 / 1_000.0).abs() < 0.2,
        "{length} s of {until_ms} ms"
    );
    let bytes = fs::read(film).expect("film");
    let place = |name: &[u8]| bytes.windows(4).position(|window| window == name);
    assert!(place(b"moov") < place(b"mdat"));
}

/// The mean colour of a part of the picture at a moment.
fn colour(film: &Path, at_s: f64, area: &str) -> [u8; 3] {
    let (at, filter) = (at_s.to_string(), format!("crop={area},scale=1:1:flags=area"));
    let raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"];
    let mut arguments = vec!["-ss", &at, "-i", text(film), "-frames:v", "1", "-vf", &filter];
    arguments.extend(raw);
    ffmpeg(&arguments).try_into().expect("one pixel")
}

fn is_near(one: [u8; 3], other: [u8; 3]) -> bool {
    one.iter().zip(other).all(|(one, other)| one.abs_diff(other) < 24)
}

/// How many different pictures there are in a part of the film.
fn pictures(film: &Path, area: &str) -> usize {
    let filter = format!("crop={area},fps=5");
    let lines = ffmpeg(&["-i", text(film), "-vf", &filter, "-an", "-f", "framemd5", "-"]);
    let lines = String::from_utf8(lines).expect("text");
    let sums: HashSet<&str> = lines.lines().filter_map(|line| line.rsplit(',').next()).collect();
    sums.len()
}

const LEFT: &str = "640:360:0:0";
const RIGHT: &str = "640:360:640:0";

#[tokio::test]
async fn two_people_are_side_by_side_each_in_their_time() {
    let folder = tempfile::tempdir().expect("folder");
    let left = Sent {
        picture: Some("testsrc=s=640x480:r=20:d=8"),
        sound: Some("sine=f=300:d=8"),
        from_s: 0.0,
    };
    // The other one comes after two seconds, is away from 4 to 6, and comes back as another peer.
    let early = Sent {
        picture: Some("testsrc2=s=320x240:r=20:d=2"),
        sound: Some("sine=f=500:d=2"),
        from_s: 2.0,
    };
    let late = Sent {
        picture: Some("testsrc2=s=240x320:r=20:d=2"),
        sound: None,
        from_s: 6.0,
    };
    let parts = vec![
        part(left.into(&folder, "left.mp4"), 0),
        part(early.into(&folder, "early.mp4"), 1),
        part(late.into(&folder, "late.mp4"), 1),
    ];
    let film = compose(&folder, parts, 2, 8_000).await;
    assert!(pictures(&film, LEFT) > 30);
    assert!(pictures(&film, RIGHT) > 15);
    for (at, shows) in [(1.0, false), (3.0, true), (5.0, false), (7.0, true)] {
        let colour = colour(&film, at, "60:120:930:120");
        assert_eq!(!is_near(colour, DARK), shows, "{colour:?} at {at} s");
    }
    assert!(
        is_near(colour(&film, 7.0, "40:360:640:0"), DARK),
        "a narrow picture keeps its shape"
    );
}

#[tokio::test]
async fn a_telephone_that_is_turned_keeps_its_shape() {
    let folder = tempfile::tempdir().expect("folder");
    let mut pictures = Vec::new();
    for size in ["320x240", "240x320", "320x240"] {
        let source = format!("testsrc=s={size}:r=20:d=2");
        let encode = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-f", "h264", "-"];
        pictures.extend(ffmpeg(&[&["-f", "lavfi", "-i", source.as_str()][..], &encode].concat()));
    }
    let (raw, turned) = (folder.path().join("raw.h264"), folder.path().join("turned.mp4"));
    fs::write(&raw, pictures).expect("written");
    let flags = [
        "-c",
        "copy",
        "-tag:v",
        "avc3",
        "-movflags",
        "empty_moov+default_base_moof+frag_keyframe",
    ];
    ffmpeg(
        &[
            &["-r", "20", "-f", "h264", "-i", text(&raw)][..],
            &flags,
            &[text(&turned)],
        ]
        .concat(),
    );
    let film = compose(&folder, vec![part(turned, 0)], 1, 6_000).await;
    for (at, is_wide) in [(1.0, true), (3.0, false), (5.0, true)] {
        let beside = colour(&film, at, "40:300:100:30");
        assert_eq!(!is_near(beside, DARK), is_wide, "{beside:?} at {at} s");
        assert!(!is_near(colour(&film, at, "40:300:300:30"), DARK));
    }
}

#[tokio::test]
async fn who_comes_back_with_other_pictures_is_still_seen() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("both.mkv");
    ffmpeg(&[
        "-f",
        "lavfi",
        "-i",
        "color=red:s=640x360:r=20:d=2", //
        "-itsoffset",
        "2",
        "-f",
        "lavfi",
        "-i",
        "color=blue:s=640x360:r=20:d=2", //
        "-f",
        "lavfi",
        "-i",
        "sine=f=300:d=4", //
        "-map",
        "0",
        "-map",
        "1",
        "-map",
        "2", //
        "-c:v:0",
        "libx264",
        "-c:v:1",
        "libvpx",
        "-c:a",
        "libopus",
        text(&path),
    ]);
    let film = compose(&folder, vec![part(path, 1)], 2, 4_000).await;
    assert!(is_near(colour(&film, 1.0, RIGHT), [254, 0, 0]));
    assert!(is_near(colour(&film, 3.0, RIGHT), [0, 0, 254]));
    assert!(is_near(colour(&film, 3.0, LEFT), DARK));
}

#[tokio::test]
async fn parts_are_used_as_far_as_they_play() {
    let folder = tempfile::tempdir().expect("folder");
    let torn = Sent {
        picture: Some("testsrc=s=640x480:r=20:d=6"),
        sound: Some("sine=f=300:d=6"),
        from_s: 0.0,
    };
    let torn = torn.into(&folder, "torn.mp4");
    let bytes = fs::read(&torn).expect("part");
    fs::write(&torn, &bytes[..bytes.len() * 2 / 3]).expect("torn");
    let heard = Sent {
        picture: None,
        sound: Some("sine=f=500:d=5"),
        from_s: 1.0,
    };
    let (empty, nonsense) = (folder.path().join("empty.mp4"), folder.path().join("nonsense.mp4"));
    fs::write(&empty, "").expect("written");
    fs::write(&nonsense, "nothing of the kind").expect("written");
    let parts = vec![
        part(torn, 0),
        part(heard.into(&folder, "heard.mp4"), 1),
        part(empty, 0),
        part(nonsense, 1),
        part(folder.path().join("missing.mp4"), 1),
    ];
    let film = compose(&folder, parts, 2, 6_000).await;
    assert!(!is_near(colour(&film, 2.0, LEFT), DARK), "what came before the end");
    assert!(is_near(colour(&film, 5.5, LEFT), DARK), "and nothing after it");
    assert!(is_near(colour(&film, 2.0, RIGHT), DARK), "only sound");
    assert_eq!(
        fs::read_dir(folder.path()).expect("folder").count(),
        5,
        "nothing is left about"
    );
}

#[tokio::test]
async fn of_three_the_one_who_speaks_is_large() {
    let folder = tempfile::tempdir().expect("folder");
    let sent = |colour: &str, volume: &str| {
        let (picture, sound) = (
            format!("color=c={colour}:s=640x360:r=20:d=9"),
            format!("sine=f=400:d=9,volume='{volume}':eval=frame"),
        );
        let sent = Sent {
            picture: Some(&picture),
            sound: Some(&sound),
            from_s: 0.0,
        };
        sent.into(&folder, &format!("{colour}.mp4"))
    };
    let parts = vec![
        part(sent("red", "lt(t,4)"), 0),
        part(sent("lime", "gt(t,4.5)"), 1),
        part(sent("blue", "between(t,1,1.5)"), 2),
    ];
    let film = compose(&folder, parts, 3, 9_000).await;
    let (large, columns) = ("960:540:0:0", ["300:160:970:10", "300:160:970:190", "300:160:970:370"]);
    let [red, lime, blue] = [[254, 0, 0], [0, 255, 0], [0, 0, 254]];
    assert!(is_near(colour(&film, 2.0, large), red));
    assert!(is_near(colour(&film, 7.0, large), lime));
    let column = |at| columns.map(|area| colour(&film, at, area));
    for (at, expected) in [(2.0, [DARK, lime, blue]), (7.0, [red, DARK, blue])] {
        let shown = column(at);
        assert!(
            shown.iter().zip(expected).all(|(one, other)| is_near(*one, other)),
            "{shown:?} at {at} s"
        );
    }
}

#[tokio::test]
async fn loud_people_together_are_not_torn() {
    let folder = tempfile::tempdir().expect("folder");
    let loud = |name: &str, sound: &str| {
        let sent = Sent {
            picture: None,
            sound: Some(sound),
            from_s: 0.0,
        };
        sent.into(&folder, name)
    };
    let parts = vec![
        part(loud("one.mp4", "sine=f=300:d=3,volume=7"), 0),
        part(loud("two.mp4", "sine=f=310:d=3,volume=7"), 1),
    ];
    let film = compose(&folder, parts, 2, 3_000).await;
    let raw = ffmpeg(&["-i", text(&film), "-ss", "1", "-f", "f32le", "-"]);
    let loudest = raw
        .as_chunks()
        .0
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes).abs())
        .fold(0.0, f32::max);
    assert!((0.5..=1.0).contains(&loudest), "{loudest}");
}

#[tokio::test]
async fn without_anything_to_show_there_is_no_film() {
    let folder = tempfile::tempdir().expect("folder");
    let out = folder.path().join("call.mp4");
    let nothing = part(folder.path().join("missing.mp4"), 0);
    let plan = |parts, program: &str| {
        let plan = Plan {
            parts,
            people: 2,
            until_ms: 1_000,
            out: out.clone(),
        };
        let ffmpeg = Ffmpeg::new(program.into());
        async move { ffmpeg.compose(plan, &|_| ()).await }
    };
    for (parts, program) in [
        (vec![nothing.clone()], "ffmpeg"),
        (vec![], "ffmpeg"),
        (vec![nothing], "/no/such/program"),
    ] {
        let error = plan(parts, program).await.expect_err("no film");
        assert_eq!(error.kind, Kind::Internal);
        assert!(error.context.is_some() && !out.exists());
    }
}

#[tokio::test]
async fn who_no_longer_waits_ends_the_program() {
    let folder = tempfile::tempdir().expect("folder");
    let (program, id) = (folder.path().join("program"), folder.path().join("id"));
    let script = format!(
        "#!/bin/sh\necho $$ > '{0}.new' && mv '{0}.new' '{0}'\nexec sleep 600\n",
        id.display()
    );
    fs::write(&program, script).expect("written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("made a program");
    let plan = Plan {
        parts: vec![part(folder.path().join("any.mp4"), 0)],
        people: 1,
        until_ms: 1_000,
        out: folder.path().join("call.mp4"),
    };
    let ffmpeg = Ffmpeg::new(program);
    let started = async {
        while !id.exists() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        ended = ffmpeg.compose(plan, &|_| ()) => panic!("{ended:?}"),
        () = started => {}
    }
    let process = PathBuf::from("/proc").join(fs::read_to_string(id).expect("its id").trim());
    let gone = async {
        // Ended, and nobody asked yet how: that is as good.
        while fs::read_to_string(process.join("stat")).is_ok_and(|stat| !stat.contains(") Z ")) {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(10), gone).await.expect("the program ended");
}
