//! Reads a look's archive.

use super::{
    CSS, Chosen, FAVICON, FORMAT, LOGO, MANIFEST, Manifest, TEMPLATE_ENDING, TEMPLATES, WORDS, WholeLook, refused,
};
use crate::{domain::picture, error::Result};
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, io::Read};
use tar::{Archive, Entry, EntryType};

/// Most bytes of an archive, unpacked: what is more is a bomb, or no look.
const MAX_UNPACKED: u64 = 24 << 20;
/// Most files.
const MAX_FILES: usize = 300;
/// Most bytes of the manifest.
const MAX_MANIFEST: u64 = 256 << 10;
/// Most bytes of a style sheet or a template; each is read again as if it was typed.
const MAX_TEXT: u64 = 256 << 10;
/// Most bytes of all words.
const MAX_WORDS: u64 = 8 << 20;

type Files = BTreeMap<String, Vec<u8>>;

/// The look in an archive that somebody sent; what is in its files isn't checked yet.
///
/// # Errors
/// It is none, is damaged, has too much or anything else in it; says what.
pub fn read(sent: &[u8]) -> Result<WholeLook> {
    let mut archive = Archive::new(GzDecoder::new(sent).take(MAX_UNPACKED));
    let mut entries = archive.entries().map_err(damaged)?;
    let first = entries
        .next()
        .ok_or_else(|| refused("There is nothing in this file."))?;
    let (path, manifest) = file(first.map_err(damaged)?)?;
    if path != MANIFEST {
        return Err(refused(
            "This isn't the archive of a look: its manifest isn't the first file.",
        ));
    }
    let manifest: Manifest = serde_json::from_slice(&manifest)
        .map_err(|error| refused(format!("The archive's manifest can't be read: {error}.")))?;
    if manifest.format != FORMAT {
        return Err(refused("This archive was made by a newer version of the platform."));
    }
    let mut files = Files::new();
    for entry in entries {
        let (path, body) = file(entry.map_err(damaged)?)?;
        if files.len() >= MAX_FILES {
            return Err(refused(format!(
                "There are more than {MAX_FILES} files in this archive."
            )));
        }
        if files.contains_key(&path) {
            return Err(refused(format!("The archive has {path} twice.")));
        }
        files.insert(path, body);
    }
    check(&manifest, &files)?;
    sorted(manifest.look, files)
}

/// One entry's name and what is in it, if it is a file that a look can have, and no larger than such a one can be.
fn file(entry: Entry<'_, impl Read>) -> Result<(String, Vec<u8>)> {
    let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
    let shown: String = path.chars().filter(|c| !c.is_control()).take(80).collect();
    let most = most(&path).filter(|_| entry.header().entry_type() == EntryType::Regular);
    let most = most.ok_or_else(|| refused(format!("“{shown}” is no file of a look.")))?;
    if entry.size() > most {
        return Err(refused(format!(
            "{shown} is too large: at most {} KB can be taken.",
            most >> 10
        )));
    }
    let mut body = Vec::new();
    entry.take(most).read_to_end(&mut body).map_err(damaged)?;
    Ok((path, body))
}

/// How large a file of that name may be; none if a look has no such file. Paths lead nowhere: they are names.
fn most(path: &str) -> Option<u64> {
    match path {
        MANIFEST => Some(MAX_MANIFEST),
        LOGO | FAVICON => Some(picture::MAX_BYTES as u64),
        CSS => Some(MAX_TEXT),
        WORDS => Some(MAX_WORDS),
        _ => template(path).map(|_| MAX_TEXT),
    }
}

/// The name of a template; whether there is one to be replaced is the theme's to say.
fn template(path: &str) -> Option<&str> {
    let name = path.strip_prefix(TEMPLATES)?.strip_suffix(TEMPLATE_ENDING)?;
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-' | b'/' | b'.');
    let good = name.len() <= 80
        && name.bytes().all(plain)
        && !name.split('/').any(|part| part.is_empty() || part.starts_with('.'));
    good.then_some(name)
}

fn check(manifest: &Manifest, files: &Files) -> Result<()> {
    if manifest.files.len() != files.len() {
        return Err(refused("The archive hasn't the files that its manifest says."));
    }
    for listed in &manifest.files {
        let whole = files.get(&listed.path).is_some_and(|body| {
            body.len() as u64 == listed.bytes && hex::encode(Sha256::digest(body)) == listed.sha256
        });
        if !whole {
            let path: String = listed.path.chars().take(80).collect();
            return Err(refused(format!("{path} isn't as the manifest says, or is missing.")));
        }
    }
    Ok(())
}

fn sorted(chosen: Chosen, mut files: Files) -> Result<WholeLook> {
    let text = |path: &str, body: Vec<u8>| {
        String::from_utf8(body).map_err(|_| refused(format!("{path} isn't text in UTF-8.")))
    };
    let words = files.remove(WORDS).unwrap_or_else(|| b"[]".to_vec());
    let words = serde_json::from_slice(&words).map_err(|error| refused(format!("{WORDS} can't be read: {error}.")))?;
    let css = files.remove(CSS).map(|body| text(CSS, body)).transpose()?;
    let (logo, favicon) = (files.remove(LOGO), files.remove(FAVICON));
    let mut templates = BTreeMap::new();
    for (path, body) in files {
        if let Some(name) = template(&path) {
            templates.insert(name.to_owned(), text(&path, body)?);
        }
    }
    Ok(WholeLook {
        chosen,
        logo,
        favicon,
        css,
        templates,
        words,
    })
}

/// What unpacking says of something that was never an archive, is one no longer, or goes on for ever.
fn damaged(error: std::io::Error) -> crate::error::Error {
    refused("This isn't the archive of a look, is damaged, or unpacks to more than 24 MB.").because(error)
}
