//! Asking for one page again and again.

use crate::product::Product;
use anyhow::{Result, ensure};
use futures::future::try_join_all;
use reqwest::{Client, header};
use std::time::{Duration, Instant};

/// One address at one host.
pub struct Asked {
    http: Client,
    url: String,
}

impl Asked {
    /// `path` at `host`, as whoever has the cookie.
    pub fn new(product: &Product, host: &str, path: &str, cookie: Option<&str>) -> Result<Self> {
        let mut headers = header::HeaderMap::new();
        headers.insert(header::HOST, host.parse()?);
        if let Some(cookie) = cookie {
            headers.insert(header::COOKIE, cookie.parse()?);
        }
        Ok(Self {
            http: Client::builder().no_proxy().default_headers(headers).build()?,
            url: format!("http://{}{path}", product.tenant().address),
        })
    }

    /// The page.
    pub async fn once(&self) -> Result<Vec<u8>> {
        let answer = self.http.get(&self.url).send().await?;
        ensure!(answer.status() == 200, "{} answers {}", self.url, answer.status());
        Ok(answer.bytes().await?.to_vec())
    }

    /// Whatever is answered, be it a refusal.
    pub async fn any(&self) -> Result<()> {
        self.http.get(&self.url).send().await?.bytes().await?;
        Ok(())
    }

    /// How long each answer took, in seconds, with so many asked for at once.
    pub async fn latencies(&self, at_once: usize, during: Duration) -> Result<Vec<f64>> {
        let started = Instant::now();
        let each = (0..at_once).map(|_| async {
            let mut seconds = Vec::new();
            while started.elapsed() < during {
                let before = Instant::now();
                self.once().await?;
                seconds.push(before.elapsed().as_secs_f64());
            }
            anyhow::Ok(seconds)
        });
        Ok(try_join_all(each).await?.concat())
    }

    /// How long each answer took, in seconds, asked for one by one and not more often than once in `every`.
    pub async fn paced(&self, every: Duration, during: Duration) -> Result<Vec<f64>> {
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let started = Instant::now();
        let mut seconds = Vec::new();
        while started.elapsed() < during {
            ticks.tick().await;
            let before = Instant::now();
            self.once().await?;
            seconds.push(before.elapsed().as_secs_f64());
        }
        Ok(seconds)
    }

    /// Answers a second.
    pub async fn rate(&self, at_once: usize, during: Duration) -> Result<f64> {
        let started = Instant::now();
        let answers = self.latencies(at_once, during).await?.len();
        Ok(answers as f64 / started.elapsed().as_secs_f64())
    }

    /// The latency in milliseconds that one answer in a hundred exceeds.
    pub async fn p99_ms(&self, at_once: usize, during: Duration) -> Result<f64> {
        p99_ms(self.latencies(at_once, during).await?)
    }
}

/// The latency in milliseconds that one in a hundred exceeds.
pub fn p99_ms(mut seconds: Vec<f64>) -> Result<f64> {
    ensure!(seconds.len() >= 100, "only {} answers", seconds.len());
    seconds.sort_by(f64::total_cmp);
    Ok(1_000.0 * seconds[seconds.len() * 99 / 100])
}
