//! Files that people send each other: known by what is in them, never by what they are called. What comes in goes out as
//! it was, to be saved and never to be shown by a browser on our behalf.

use unicode_normalization::UnicodeNormalization;

/// Most bytes of a file.
pub const MAX_BYTES: usize = 5 * 1024 * 1024;
/// Most files that somebody sends in a day.
pub const MOST_A_DAY: i64 = 20;
/// Third persons send none any more in a call that has so many: they may come again under other names.
pub const MOST_IN_A_CALL: i64 = 60;
/// Longest name that is kept, in characters, with its ending.
const MAX_NAME: usize = 100;

/// A kind of file that can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// As browsers are told.
    pub media_type: &'static str,
    /// What names of such files end with; the first is given to those that end otherwise.
    endings: &'static [&'static str],
}

impl Kind {
    /// Something to look at.
    pub fn is_picture(self) -> bool {
        self.media_type.starts_with("image/")
    }
}

const TEXT: Kind = Kind {
    media_type: "text/plain",
    endings: &["txt", "csv", "md"],
};

/// Pictures, documents, sheets and slides: nothing that runs, and nothing that holds other files.
const KINDS: [Kind; 12] = [
    Kind {
        media_type: "image/jpeg",
        endings: &["jpg", "jpeg"],
    },
    Kind {
        media_type: "image/png",
        endings: &["png"],
    },
    Kind {
        media_type: "image/webp",
        endings: &["webp"],
    },
    Kind {
        media_type: "image/gif",
        endings: &["gif"],
    },
    Kind {
        media_type: "application/pdf",
        endings: &["pdf"],
    },
    Kind {
        media_type: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        endings: &["docx"],
    },
    Kind {
        media_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        endings: &["xlsx"],
    },
    Kind {
        media_type: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        endings: &["pptx"],
    },
    Kind {
        media_type: "application/vnd.oasis.opendocument.text",
        endings: &["odt"],
    },
    Kind {
        media_type: "application/vnd.oasis.opendocument.spreadsheet",
        endings: &["ods"],
    },
    Kind {
        media_type: "application/vnd.oasis.opendocument.presentation",
        endings: &["odp"],
    },
    TEXT,
];

/// What kind of file this is; none if it can't be sent.
pub fn recognise(sent: &[u8]) -> Option<Kind> {
    match infer::get(sent) {
        Some(found) => KINDS.into_iter().find(|kind| kind.media_type == found.mime_type()),
        None => is_text(sent).then_some(TEXT),
    }
}

/// Words and no markup: what a browser would rather show than save isn't taken for text.
fn is_text(sent: &[u8]) -> bool {
    let is_written = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    let is_plain = |text: &str| !text.trim_start().starts_with('<') && text.chars().all(is_written);
    !sent.is_empty() && std::str::from_utf8(sent).is_ok_and(is_plain)
}

/// The kind of a file that is kept.
pub fn kind(media_type: &str) -> Option<Kind> {
    KINDS.into_iter().find(|kind| kind.media_type == media_type)
}

/// What a file is called that somebody calls `typed`: one name without folders, with nothing in it that can't be seen or
/// turns the rest around, and with an ending that says what it is.
pub fn name(typed: &str, kind: Kind) -> String {
    let last = typed.rsplit(['/', '\\']).next().unwrap_or_default();
    let last: String = last.chars().take(MAX_NAME * 4).collect::<String>().nfc().collect();
    let good: String = last.chars().filter(|c| !is_hidden(*c)).map(harmless).collect();
    let good = good.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let stem = stem(good, kind);
    let ending = good
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase())
        .filter(|ending| kind.endings.contains(&ending.as_str()))
        .unwrap_or_else(|| kind.endings[0].to_owned());
    let stem: String = stem.chars().take(MAX_NAME - 1 - ending.len()).collect();
    let stem = stem.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let stem = if stem.is_empty() { "file" } else { stem };
    format!("{stem}.{ending}")
}

/// The name without its endings: not with `.pdf.exe` of a PDF either.
fn stem(mut name: &str, kind: Kind) -> &str {
    while let Some((stem, ending)) = name.rsplit_once('.') {
        let is_ending = (1..=5).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_ending || stem.is_empty() {
            break;
        }
        name = stem;
        if kind.endings.contains(&ending.to_lowercase().as_str()) {
            break;
        }
    }
    name
}

/// Control characters, and what can't be seen or turns the direction of writing.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// What no system takes for more than a letter of a name.
fn harmless(c: char) -> char {
    if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*' | '%' | ';' | '`' | '$') {
        '_'
    } else {
        c
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PDF: &[u8] = b"%PDF-1.7\n";

    #[test]
    fn files_are_what_is_in_them() {
        let kind = |sent: &[u8]| recognise(sent).map(|kind| kind.media_type);
        assert_eq!(kind(PDF), Some("application/pdf"));
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n"), Some("image/png"));
        assert_eq!(kind("Grüße\tund\r\nmehr".as_bytes()), Some("text/plain"));
        for bad in [
            &b""[..],
            b"MZ\x90\x00\x03",
            b"\x7fELF\x02\x01\x01",
            b"#!/bin/sh\nrm -rf /",
            b"<!DOCTYPE html><script>alert(1)</script>",
            b"PK\x03\x04\x14\x00\x00\x00\x08\x00",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
            b"text with \x00",
            b"\xff\xfe",
        ] {
            assert_eq!(kind(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn names_lead_nowhere_and_say_what_the_file_is() {
        let pdf = recognise(PDF).expect("a kind");
        for (typed, kept) in [
            ("Invoice 7.pdf", "Invoice 7.pdf"),
            ("Scan.PDF", "Scan.pdf"),
            ("../../x", "x.pdf"),
            ("..\\..\\windows\\x.pdf", "x.pdf"),
            ("/etc/passwd", "passwd.pdf"),
            ("invoice.pdf.exe", "invoice.pdf"),
            ("invoice.exe", "invoice.pdf"),
            ("a.b.c.d", "a.pdf"),
            ("", "file.pdf"),
            ("..", "file.pdf"),
            ("...pdf", "pdf.pdf"),
            (".htaccess", "htaccess.pdf"),
            ("a\u{0}b\r\nc\u{7f}.pdf", "abc.pdf"),
            ("\u{202e}fdp.exe\u{202c}", "fdp.pdf"),
            ("x\"; filename=evil.html", "x__ filename=evil.pdf"),
            ("ru\u{308}ckruf.pdf", "rückruf.pdf"),
            ("Vertrag über 3.5 Jahre.pdf", "Vertrag über 3.5 Jahre.pdf"),
        ] {
            assert_eq!(name(typed, pdf), kept, "{typed:?}");
        }
        let long = name(&"ü".repeat(5_000), pdf);
        assert_eq!(long.chars().count(), MAX_NAME);
        assert!(long.ends_with(".pdf"));
    }
}
