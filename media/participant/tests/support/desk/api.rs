//! The desk's JSON API.

use super::{HOST, Inner, Problems, problem};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::sync::{Arc, atomic::Ordering::Relaxed};
use tallyroom_media_protocol::signaling::CallPhase;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use uuid::Uuid;

impl Inner {
    pub async fn answer(self: Arc<Self>, mut stream: TcpStream) -> Result<()> {
        let mut start = [0; 7];
        while stream.peek(&mut start).await? < start.len() {}
        if &start == b"GET /ws" {
            return self.talk(stream).await;
        }
        let mut bytes = Vec::new();
        let head = loop {
            if stream.read_buf(&mut bytes).await? == 0 {
                bail!("closed");
            }
            if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
        let header = |name: &str| {
            let lines = text.lines().filter_map(|line| line.split_once(": "));
            lines
                .filter(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.to_owned())
                .next()
        };
        let length: usize = header("content-length").map_or(Ok(0), |length| length.parse())?;
        while bytes.len() < head + length {
            stream.read_buf(&mut bytes).await?;
        }
        let body: Value = serde_json::from_slice(&bytes[head..]).unwrap_or(Value::Null);
        let mut words = text.split(' ');
        let (method, path) = (words.next().context("method")?, words.next().context("path")?);
        let token = header("authorization").unwrap_or_default().replacen("Bearer ", "", 1);
        let right_host = header("host").as_deref() == Some(HOST);
        let (status, answer) = match self.api(method, path, &token, &body).await {
            Ok(answer) if right_host => (200, answer),
            Ok(_) => (421, json!({"error": problem("wrong_host")})),
            Err(problem) if problem.code == "unauthorized" => (401, json!({"error": problem})),
            Err(problem) if problem.code == "not_found" => (404, json!({"error": problem})),
            Err(problem) => (409, json!({"error": problem})),
        };
        let answer = answer.to_string();
        let head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-type: application/json\r\n");
        stream
            .write_all(format!("{head}content-length: {}\r\n\r\n{answer}", answer.len()).as_bytes())
            .await?;
        Ok(())
    }

    async fn api(&self, method: &str, path: &str, token: &str, body: &Value) -> Problems<Value> {
        if (method, path) == ("POST", "/api/v1/session") {
            let name = body["email"]
                .as_str()
                .and_then(|email| email.split_once('@'))
                .ok_or(problem("invalid"))?
                .0;
            let token = format!("{name}-{}", self.lock().generation);
            return Ok(
                json!({"access_token": token, "user": {"id": Uuid::new_v4(), "name": name, "email": "", "is_seller": true}}),
            );
        }
        if (method, path) == ("POST", "/gateway/test/abc") {
            self.lock().wallet += 5_000;
            return Ok(Value::Null);
        }
        let role = self.role_of(token)?;
        let call = self.lock().call;
        let of_call = |what: &str| format!("/api/v1/calls/{call}{what}");
        match (method, path) {
            ("GET", "/api/v1/selling/services") => Ok(
                json!({"items": [{"id": Uuid::new_v4(), "published": false}, {"id": Uuid::from_u128(5), "published": true}]}),
            ),
            ("GET", "/api/v1/calls") => {
                let state = self.lock();
                let ended = (state.phase == CallPhase::Ended).then_some(1);
                Ok(json!({"items": [{"id": state.call, "role": role, "ended_at_ms": ended}]}))
            }
            ("GET", "/api/v1/wallet") => Ok(json!({"available_minor": self.lock().wallet})),
            ("POST", "/api/v1/wallet/top-ups") => {
                let page = format!("http://{HOST}/gateway/test/abc");
                Ok(json!({"id": Uuid::from_u128(9), "state": "pending", "redirect_url": page}))
            }
            ("GET", "/api/v1/wallet/top-ups/00000000-0000-0000-0000-000000000009") => {
                let state = if self.lock().wallet > 0 { "settled" } else { "pending" };
                Ok(json!({"id": Uuid::from_u128(9), "state": state, "redirect_url": null}))
            }
            ("PUT", "/api/v1/selling/availability") => {
                self.lock().people.entry(role).or_default().is_available = true;
                Ok(Value::Null)
            }
            ("POST", "/api/v1/calls") if body["service_id"] == json!(Uuid::from_u128(5)) => {
                Ok(json!({"id": self.ring()}))
            }
            ("POST", path) if path == of_call("/accept") => {
                self.set_phase(CallPhase::PreCheck);
                Ok(Value::Null)
            }
            ("GET", path) if path == of_call("") => {
                if self.lock().phase == CallPhase::Live {
                    self.charged.fetch_add(10, Relaxed);
                }
                Ok(json!(self.view(&self.lock(), role)))
            }
            ("GET", path) if path == of_call("/bill") => Ok(self.lock().bill.clone()),
            _ => Err(problem("not_found")),
        }
    }
}
