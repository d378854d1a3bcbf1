//! A token that goes with requests until the provider doesn't take it any more.

use super::http::{Http, Reply};
use crate::app::ports::Answer;
use reqwest::{RequestBuilder, StatusCode};
use tokio::sync::Mutex;

/// The token that an account has, if it has one.
#[derive(Default)]
pub(super) struct Bearer(Mutex<Option<String>>);

impl Bearer {
    /// Sends a request with the token; with a `new` one, if the one that we have isn't taken. Then nothing was done, so
    /// it can be repeated.
    ///
    /// # Errors
    /// `Unknown`, as of any request, or why there is no new token.
    pub(super) async fn send(
        &self,
        http: &Http,
        new: impl Future<Output = Answer<String>>,
        request: impl Fn(&Http) -> Answer<RequestBuilder>,
    ) -> Answer<Reply> {
        let known = self.0.lock().await.clone();
        if let Some(known) = &known {
            let reply = http.send(request(http)?.bearer_auth(known)).await?;
            if reply.status != StatusCode::UNAUTHORIZED {
                return Ok(reply);
            }
        }
        let mut token = self.0.lock().await;
        // Somebody else may have got one meanwhile.
        let newer = token.clone().filter(|newer| Some(newer) != known.as_ref());
        let sent = match newer {
            Some(newer) => newer,
            None => new.await?,
        };
        *token = Some(sent.clone());
        drop(token);
        http.send(request(http)?.bearer_auth(sent)).await
    }
}
