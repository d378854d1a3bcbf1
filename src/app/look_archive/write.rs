//! Writes a look's archive.

use super::{CSS, FAVICON, FORMAT, LOGO, Listed, MANIFEST, Manifest, TEMPLATE_ENDING, TEMPLATES, WORDS, WholeLook};
use crate::error::{Error, Result};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};
use std::io;
use tar::{Builder, Header};

/// The archive of a look. The same look gives the same files.
///
/// # Errors
/// It can't be written.
pub fn write(look: WholeLook) -> Result<Vec<u8>> {
    let words = serde_json::to_vec_pretty(&look.words).map_err(Error::internal)?;
    let single = [
        (LOGO, look.logo),
        (FAVICON, look.favicon),
        (CSS, look.css.map(String::into_bytes)),
        (WORDS, (!look.words.is_empty()).then_some(words)),
    ];
    let single = single
        .into_iter()
        .filter_map(|(path, body)| Some((path.to_owned(), body?)));
    let template = |(name, text): (String, String)| (format!("{TEMPLATES}{name}{TEMPLATE_ENDING}"), text.into_bytes());
    let files: Vec<(String, Vec<u8>)> = single.chain(look.templates.into_iter().map(template)).collect();
    let listed = files.iter().map(|(path, body)| Listed {
        path: path.clone(),
        bytes: body.len() as u64,
        sha256: hex::encode(Sha256::digest(body)),
    });
    let manifest = Manifest {
        format: FORMAT,
        look: look.chosen,
        files: listed.collect(),
    };
    pack(&manifest, &files).map_err(Error::internal)
}

fn pack(manifest: &Manifest, files: &[(String, Vec<u8>)]) -> io::Result<Vec<u8>> {
    let mut tar = Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    let mut put = |path: &str, body: &[u8]| {
        let mut header = Header::new_ustar();
        header.set_size(body.len() as u64);
        header.set_mode(0o600);
        tar.append_data(&mut header, path, body)
    };
    put(MANIFEST, &serde_json::to_vec_pretty(manifest)?)?;
    for (path, body) in files {
        put(path, body)?;
    }
    tar.into_inner()?.finish()
}
