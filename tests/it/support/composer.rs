//! Stands in for what makes films: puts the files behind each other. What stands in a file says what becomes of it.

use async_trait::async_trait;
use tallyroom::{
    app::ports::{Composed, Composer, Plan},
    error::{Error, Result},
};

/// The stand-in.
pub struct TestComposer;

#[async_trait]
impl Composer for TestComposer {
    async fn compose(&self, plan: Plan, progress: &(dyn Fn(u8) + Sync)) -> Result<Composed> {
        progress(40);
        let mut film = Vec::new();
        for part in &plan.parts {
            let text = std::fs::read(&part.path).expect("a file that is there");
            match text.as_slice() {
                b"hangs" => std::future::pending().await,
                b"breaks" => return Err(Error::internal(anyhow::anyhow!("it can't be read"))),
                text => film.extend_from_slice(text),
            }
        }
        assert!(plan.parts.iter().all(|part| part.person < plan.people));
        std::fs::write(&plan.out, film).expect("written");
        progress(100);
        Ok(Composed {
            length_ms: plan.until_ms,
        })
    }
}
