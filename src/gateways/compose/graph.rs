//! What is where and when in the film, as a script of `ffmpeg` filters.

use super::{Span, Track, seconds, speakers::Turn};
use std::fmt::Write;

/// Where nobody shows anything.
const DARK: &str = "0x15181d";
const FRAME_RATE: u32 = 25;

/// A place in the film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pane {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

impl Pane {
    const fn new(x: usize, y: usize, width: usize, height: usize) -> Self {
        Self { x, y, width, height }
    }
}

/// Where everybody is, and where the one who speaks.
struct Layout {
    width: usize,
    height: usize,
    panes: Vec<Pane>,
    large: Option<Pane>,
}

impl Layout {
    /// Up to two people side by side; more in a column beside the one who speaks, whose place there is dark meanwhile.
    fn of(people: usize) -> Self {
        const PANE: (usize, usize) = (640, 360);
        const LARGE: Pane = Pane::new(0, 0, 960, 540);
        const COLUMN: usize = 320;
        if people <= 2 {
            let panes = (0..people).map(|person| Pane::new(person * PANE.0, 0, PANE.0, PANE.1));
            return Self {
                width: people * PANE.0,
                height: PANE.1,
                panes: panes.collect(),
                large: None,
            };
        }
        // Even sizes: colours are stored for squares of four pixels.
        let height = LARGE.height / people / 2 * 2;
        let width = (height * 16 / 9 / 2 * 2).min(COLUMN);
        let panes = (0..people).map(|person| Pane::new(LARGE.width, person * height, width, height));
        Self {
            width: LARGE.width + COLUMN,
            height: LARGE.height,
            panes: panes.collect(),
            large: Some(LARGE),
        }
    }
}

/// The script; it ends in `[picture]` and `[sound]`. Inputs are numbered as `tracks` are.
pub(super) fn script(tracks: &[Track], people: usize, until_ms: u64, turns: &[Turn]) -> String {
    let layout = Layout::of(people);
    let length = seconds(until_ms);
    let mut script = format!(
        "color=c={DARK}:s={}x{}:r={FRAME_RATE}:d={length},format=yuv420p[film0];\n",
        layout.width, layout.height
    );
    let mut film = 0;
    let shown = tracks.iter().enumerate().filter(|(_, track)| !track.video.is_empty());
    for (input, track) in shown {
        let Some(pane) = layout.panes.get(track.person) else {
            continue;
        };
        let turn = |own: bool| -> Vec<Span> {
            let turns = turns.iter().filter(|turn| (turn.person == track.person) == own);
            turns.map(|turn| turn.span).collect()
        };
        match layout.large {
            None => {
                put(
                    &mut script,
                    &mut film,
                    &format!("[{input}:v:{}]", track.pictures),
                    *pane,
                    &track.video,
                );
            }
            Some(large) => {
                script += &format!("[{input}:v:{}]split[small{input}][large{input}];\n", track.pictures);
                let small = overlap(&track.video, &turn(false));
                put(&mut script, &mut film, &format!("[small{input}]"), *pane, &small);
                let spoken = overlap(&track.video, &turn(true));
                put(&mut script, &mut film, &format!("[large{input}]"), large, &spoken);
            }
        }
    }
    script += &format!("[film{film}]null[picture];\n");
    script + &sound(tracks, &length)
}

/// Puts an input into its place while it has something to show.
fn put(script: &mut String, film: &mut usize, input: &str, pane: Pane, when: &[Span]) {
    let Pane { x, y, width, height } = pane;
    let next = *film + 1;
    // A telephone that is turned changes the size in the midst: both are worked out for every picture.
    *script += &format!(
        "{input}scale={width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2:eval=frame,\
         setsar=1,pad={width}:{height}:(ow-iw)/2:(oh-ih)/2:color={DARK}:eval=frame[pane{next}];\n\
         [film{film}][pane{next}]overlay=x={x}:y={y}:eof_action=pass:enable='{}'[film{next}];\n",
        condition(when)
    );
    *film = next;
}

/// True of moments `t` in one of the spans.
fn condition(spans: &[Span]) -> String {
    let mut condition = String::from("0");
    for span in spans {
        let _ = write!(condition, "+between(t,{},{})", seconds(span.from), seconds(span.until));
    }
    condition
}

/// Where spans of both meet. Both are sorted.
fn overlap(one: &[Span], other: &[Span]) -> Vec<Span> {
    let pairs = one.iter().flat_map(|one| other.iter().map(move |other| (one, other)));
    let met = pairs.map(|(one, other)| Span {
        from: one.from.max(other.from),
        until: one.until.min(other.until),
    });
    met.filter(|span| span.from < span.until).collect()
}

/// Everybody's sound, each in its place with silence between; loud moments of several are held below clipping.
fn sound(tracks: &[Track], length: &str) -> String {
    let heard: Vec<usize> = (0..tracks.len())
        .filter(|input| !tracks[*input].audio.is_empty())
        .collect();
    if heard.is_empty() {
        return format!("anullsrc=r=48000:cl=stereo:d={length}[sound]\n");
    }
    let mut script = String::new();
    for input in &heard {
        script += &format!(
            "[{input}:a:0]aresample=48000:async=1:first_pts=0,aformat=channel_layouts=stereo[sound{input}];\n"
        );
    }
    let inputs: String = heard.iter().map(|input| format!("[sound{input}]")).collect();
    script
        + &format!(
            "{inputs}amix=inputs={}:duration=longest:normalize=0,alimiter=limit=0.95:level=disabled,\
             apad=whole_dur={length},atrim=end={length}[sound]\n",
            heard.len()
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: u64, until: u64) -> Span {
        Span { from, until }
    }

    #[test]
    fn panes_are_inside_the_film_and_apart() {
        for people in 1..=16 {
            let layout = Layout::of(people);
            let panes: Vec<Pane> = layout.panes.iter().copied().chain(layout.large).collect();
            for (index, pane) in panes.iter().enumerate() {
                assert!(pane.x + pane.width <= layout.width && pane.y + pane.height <= layout.height);
                assert!(
                    [pane.x, pane.y, pane.width, pane.height]
                        .iter()
                        .all(|size| size % 2 == 0)
                );
                assert!(pane.width > 0 && pane.height > 0);
                for other in &panes[index + 1..] {
                    let beside = pane.x + pane.width <= other.x || other.x + other.width <= pane.x;
                    let below = pane.y + pane.height <= other.y || other.y + other.height <= pane.y;
                    assert!(beside || below, "{pane:?} {other:?} of {people}");
                }
            }
        }
    }

    #[test]
    fn spans_meet_where_both_are() {
        let one = [span(0, 1_000), span(2_000, 3_000)];
        assert_eq!(
            overlap(&one, &[span(500, 2_500)]),
            [span(500, 1_000), span(2_000, 2_500)]
        );
        assert!(overlap(&one, &[span(1_000, 2_000)]).is_empty());
        assert_eq!(condition(&one), "0+between(t,0.000,1.000)+between(t,2.000,3.000)");
    }
}
