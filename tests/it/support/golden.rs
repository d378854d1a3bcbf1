//! Golden files: what comes out, held against what somebody has read and found good.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

/// Set to 1, the files are written anew instead of being compared.
const REWRITE: &str = "REWRITE_GOLDEN";

/// A folder of golden files, every one of which one test produces.
pub struct Golden {
    folder: PathBuf,
    rewrites: bool,
    produced: BTreeSet<String>,
    wrong: Vec<String>,
}

impl Golden {
    /// A folder in `tests/it/golden`.
    pub fn open(name: &str) -> Self {
        let folder = all().join(name);
        let rewrites = env::var(REWRITE).is_ok_and(|value| value == "1");
        if rewrites {
            fs::create_dir_all(&folder).expect("a folder");
        }
        Self {
            folder,
            rewrites,
            produced: BTreeSet::new(),
            wrong: Vec::new(),
        }
    }

    /// Compares a text with its file; what differs is said in the end, all of it at once.
    pub fn hold(&mut self, name: &str, text: &str) {
        let file = self.folder.join(name);
        assert!(self.produced.insert(name.to_owned()), "{name} comes twice");
        if self.rewrites {
            return fs::write(file, text).expect("written");
        }
        match fs::read_to_string(file) {
            Ok(kept) if kept == text => {}
            Ok(kept) => self.wrong.push(format!("{name} differs:\n{}", difference(&kept, text))),
            Err(_) => self.wrong.push(format!("{name} has no file yet:\n{text}")),
        }
    }

    /// Fails if anything differed, or a file is left that nothing produces any more.
    pub fn close(mut self) {
        for name in names(&self.folder).difference(&self.produced) {
            if self.rewrites {
                fs::remove_file(self.folder.join(name)).expect("removed");
            } else {
                self.wrong.push(format!("{name} is produced by nothing any more"));
            }
        }
        assert!(
            self.wrong.is_empty(),
            "{}\n\nIf that is how it should be, run the test again with {REWRITE}=1, and read what git shows of {}.",
            self.wrong.join("\n\n"),
            self.folder.display()
        );
    }
}

/// The folders that there are of a kind.
pub fn golden_folders(kind: &str) -> BTreeSet<String> {
    names(&all().join(kind))
}

fn all() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden")
}

/// What a folder holds; nothing if there is none.
fn names(folder: &Path) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return BTreeSet::new();
    };
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
    entries
        .map(|entry| name(entry).to_string_lossy().into_owned())
        .collect()
}

/// The text without what changes from run to run: ids are numbered as they come, and ports have no number.
pub fn steady(text: &str) -> String {
    let (mut seen, mut steady, mut rest) = (Vec::new(), String::new(), text);
    while let Some(next) = rest.chars().next() {
        if let Some(id) = rest.get(..36).filter(|id| is_id(id)) {
            let nth = seen.iter().position(|known| *known == id).unwrap_or_else(|| {
                seen.push(id);
                seen.len() - 1
            });
            steady.push_str(&format!("<id {}>", nth + 1));
            rest = &rest[36..];
        } else if let Some(port) = rest.strip_prefix("localhost:") {
            steady.push_str("localhost:<port>");
            rest = port.trim_start_matches(|c: char| c.is_ascii_digit());
        } else {
            steady.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    steady
}

/// Eight, four, four, four and twelve digits.
fn is_id(text: &str) -> bool {
    text.bytes().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}

/// Line by line: what is gone with a minus, what is new with a plus, and two lines around it.
fn difference(old: &str, new: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
    // The longest that both have in common, from each pair of lines on.
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for (i, before) in old.iter().enumerate().rev() {
        for (j, after) in new.iter().enumerate().rev() {
            common[i][j] = if before == after {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            lines.push((' ', old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]) {
            lines.push(('-', old[i]));
            i += 1;
        } else {
            lines.push(('+', new[j]));
            j += 1;
        }
    }
    let near = |at: usize| {
        let around = at.saturating_sub(2)..(at + 3).min(lines.len());
        lines[around].iter().any(|(sign, _)| *sign != ' ')
    };
    let shown = (0..lines.len()).filter(|at| near(*at));
    shown
        .map(|at| format!("{} {}", lines[at].0, lines[at].1))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn what_differs_is_new_or_is_left_over_fails_and_says_how_to_go_on() {
    let kept = tempfile::tempdir().expect("a folder");
    for (name, text) in [("same", "a\n"), ("other", "a\nb\n"), ("left", "a\n")] {
        fs::write(kept.path().join(name), text).expect("written");
    }
    let mut golden = Golden {
        folder: kept.path().to_owned(),
        rewrites: false,
        produced: BTreeSet::new(),
        wrong: Vec::new(),
    };
    for (name, text) in [("same", "a\n"), ("other", "a\nc\n"), ("new", "a\n")] {
        golden.hold(name, text);
    }
    let failed = std::panic::catch_unwind(|| golden.close()).expect_err("a failure");
    let said = failed.downcast_ref::<String>().expect("words");
    for words in [
        "other differs:\n  a\n- b\n+ c",
        "new has no file yet",
        "left is produced by nothing any more",
        "again with REWRITE_GOLDEN=1",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(!said.contains("same"));
}

#[test]
fn what_changes_from_run_to_run_is_left_out_and_nothing_else() {
    let (one, two) = (
        "018f0000-0000-7000-8000-00000000000a",
        "018f0000-0000-7000-8000-00000000000b",
    );
    let text = format!("ü {one} {two}/{one}@bookings http://lumen.localhost:4711/x 12:30");
    let steady = steady(&text);
    assert_eq!(
        steady,
        "ü <id 1> <id 2>/<id 1>@bookings http://lumen.localhost:<port>/x 12:30"
    );
    assert_eq!(
        difference("a\nb\nc\nd\ne\nf", "a\nb\nc\nd\nx\nf"),
        "  c\n  d\n- e\n+ x\n  f"
    );
}
