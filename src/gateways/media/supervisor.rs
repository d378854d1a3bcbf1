//! Starts the server's own programs (media nodes, the demo's robots) and starts them again when they end.

use std::{process::Stdio, time::Duration};
use tokio::process::Command;

/// A program that ends sooner than this is started again ever more slowly.
const STABLE_AFTER: Duration = Duration::from_secs(30);
const SLOWEST: Duration = Duration::from_secs(30);

/// Keeps programs running for as long as it lives.
#[derive(Default)]
pub struct Supervisor {
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Supervisor {
    /// Keeps one more program running; `name` is for the log, `prepare` makes the command afresh each time.
    pub fn keep(&mut self, name: String, prepare: impl Fn() -> Command + Send + 'static) {
        self.tasks.push(tokio::spawn(async move {
            let mut pause = Duration::from_millis(200);
            loop {
                let started = tokio::time::Instant::now();
                match run(&mut prepare()).await {
                    Ok(status) => tracing::warn!(name, %status, "program ended; starting it again"),
                    Err(error) => tracing::error!(name, %error, "program can't be started"),
                }
                pause = if started.elapsed() > STABLE_AFTER {
                    Duration::from_millis(200)
                } else {
                    (pause * 2).min(SLOWEST)
                };
                tokio::time::sleep(pause).await;
            }
        }));
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn run(command: &mut Command) -> std::io::Result<std::process::ExitStatus> {
    command.stdin(Stdio::null()).kill_on_drop(true).spawn()?.wait().await
}
