//! The built-in look into files: the test virus, macros in office documents, what a PDF would start, and programs behind a
//! picture. An antivirus daemon would be another implementation of the same port.

use crate::app::ports::{FileScanner, Finding};
use async_trait::async_trait;

/// What every antivirus program finds; in two pieces, so that none finds it here.
const EICAR: [&[u8]; 2] = [b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-", b"ANTIVIRUS-TEST-FILE!"];
/// Where office documents keep their macros.
const MACROS: [&[u8]; 3] = [b"vbaProject.bin", b"vbaData.xml", b"Basic/script-lc.xml"];
/// What a PDF does by itself.
const ACTIONS: [&[u8]; 2] = [b"/JavaScript", b"/Launch"];
/// What pictures have no use for.
const SCRIPTS: [&[u8]; 3] = [b"<script", b"<?php", b"This program cannot be run in DOS mode"];

/// Knows what is in this file, and nothing else.
pub struct BuiltInScanner;

#[async_trait]
impl FileScanner for BuiltInScanner {
    async fn scan(&self, body: &[u8]) -> anyhow::Result<Finding> {
        Ok(look(body))
    }
}

fn look(body: &[u8]) -> Finding {
    let has = |wanted: &[u8]| body.windows(wanted.len()).any(|part| part == wanted);
    if has(&EICAR.concat()) {
        Finding::Malware
    } else if body.starts_with(b"PK") && MACROS.into_iter().any(has) {
        Finding::Macros
    } else if body.starts_with(b"%PDF") && ACTIONS.into_iter().any(has)
        || is_picture(body) && SCRIPTS.into_iter().any(has)
    {
        Finding::Program
    } else {
        Finding::Clean
    }
}

fn is_picture(body: &[u8]) -> bool {
    infer::is_image(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_do_harm_is_found() {
        let virus = EICAR.concat();
        for (body, found) in [
            (&b"Good day"[..], Finding::Clean),
            (&virus, Finding::Malware),
            (b"%PDF-1.7 text", Finding::Clean),
            (b"%PDF-1.7 /OpenAction << /S /JavaScript >>", Finding::Program),
            (b"PK\x03\x04 word/vbaProject.bin", Finding::Macros),
            (b"PK\x03\x04 word/document.xml", Finding::Clean),
            (b"GIF89a <script>alert(1)</script>", Finding::Program),
            (b"\x89PNG\r\n\x1a\n and so on", Finding::Clean),
        ] {
            assert_eq!(look(body), found, "{}", String::from_utf8_lossy(body));
        }
    }
}
