//! Pictures that people send, made anew off the threads that answer.

use crate::{
    domain::picture::{self, Purpose},
    error::{Error, Result},
    store::looks::File,
};

/// Makes a picture anew.
///
/// # Errors
/// It can't be taken; says why.
pub async fn remake(sent: Vec<u8>, purpose: Purpose) -> Result<File> {
    let made = tokio::task::spawn_blocking(move || picture::remake(&sent, purpose));
    let made = made.await.map_err(Error::internal)?;
    let made = made.map_err(|error| Error::field("picture", error.to_string()))?;
    Ok(File {
        media_type: made.media_type.to_owned(),
        body: made.body,
    })
}
