//! Pictures that people send, made anew off the threads that answer.

use crate::{
    domain::picture::{self, Purpose},
    error::{Error, Result},
    store::looks::File,
};
use std::sync::{Arc, LazyLock};
use tokio::sync::Semaphore;

/// Each may take some hundred megabytes.
const MOST_AT_ONCE: usize = 2;

static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(MOST_AT_ONCE)));

/// Makes a picture anew, two at a time.
///
/// # Errors
/// It can't be taken; says why.
pub async fn remake(sent: Vec<u8>, purpose: Purpose) -> Result<File> {
    let turn = Arc::clone(&TURNS).acquire_owned().await.map_err(Error::internal)?;
    let made = tokio::task::spawn_blocking(move || {
        // Kept until the work ends, also if whoever asked has gone.
        let _turn = turn;
        picture::remake(&sent, purpose)
    });
    let made = made.await.map_err(Error::internal)?;
    let made = made.map_err(|error| Error::field("picture", error.to_string()))?;
    Ok(File {
        media_type: made.media_type.to_owned(),
        body: made.body,
    })
}
