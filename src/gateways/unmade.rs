//! Films of recordings.

use crate::{
    app::ports::{Composed, Composer, Plan},
    error::{Error, Result},
};
use anyhow::anyhow;
use async_trait::async_trait;

/// Where nothing is there that could make them: recordings wait for it.
pub struct Unmade;

#[async_trait]
impl Composer for Unmade {
    async fn compose(&self, _: Plan, _: &(dyn Fn(u8) + Sync)) -> Result<Composed> {
        Err(Error::internal(anyhow!("there is no composer")))
    }
}
