//! Looking into files before anybody gets them.

use crate::{
    app::{App, ports::Finding},
    error::{Error, Result},
};

/// Has a file looked at.
///
/// # Errors
/// There is something in it that could do harm, or nobody could look.
pub(super) async fn scan(app: &App, body: &[u8]) -> Result<()> {
    let found = app.scanner.scan(body).await.map_err(Error::internal)?;
    let words = match found {
        Finding::Clean => return Ok(()),
        Finding::Malware => "This file looks like a virus and wasn't sent.",
        Finding::Macros => "Documents with macros can't be sent. Save it without them.",
        Finding::Program => "There is a program in this file, and programs can't be sent.",
    };
    Err(Error::field("file", words))
}
