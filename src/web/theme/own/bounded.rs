//! Reading what tenants type: parsers nest as deeply as their input does, and a stack that overflows ends the process.

use std::thread;

/// Room for the deepest nesting that input within [`MAX_BYTES`] and [`MAX_OPENED`] can have.
const STACK: usize = 128 * 1024 * 1024;
/// Most brackets and blocks that may be opened in one text.
const MAX_OPENED: usize = 5_000;
/// Longest text, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{what}", line.map(|line| format!("Line {line}: ")).unwrap_or_default())]
pub struct Wrong {
    /// From 1.
    pub line: Option<usize>,
    /// What.
    pub what: String,
}

impl Wrong {
    /// Somewhere in the text.
    pub fn somewhere(what: impl Into<String>) -> Self {
        Self {
            line: None,
            what: what.into(),
        }
    }

    /// On a line, counted from 1.
    pub fn on(line: usize, what: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            what: what.into(),
        }
    }
}

/// Runs a parser over a text that isn't too long, where it can't overflow the stack; a parser that panics refuses.
///
/// # Errors
/// The text is too long, opens too much, or the parser's own.
pub fn read<T: Send>(text: &str, parser: impl FnOnce(&str) -> Result<T, Wrong> + Send) -> Result<T, Wrong> {
    if text.len() > MAX_BYTES {
        return Err(Wrong::somewhere("At most 64 KB can be taken."));
    }
    let opened = text.bytes().filter(|byte| matches!(byte, b'(' | b'[' | b'{')).count();
    if opened > MAX_OPENED {
        return Err(Wrong::somewhere("This opens more brackets than can be taken."));
    }
    let unreadable = || Wrong::somewhere("This can't be read.");
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK);
        let running = thread.spawn_scoped(scope, || parser(text)).map_err(|_| unreadable())?;
        running.join().map_err(|_| unreadable())?
    })
}
