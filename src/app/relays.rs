//! Relays (TURN) for those whose network lets nothing else through.
//!
//! The relay shares a secret with us and knows no accounts: the username says until when it is good, and the password
//! is its HMAC (coturn's `use-auth-secret`).

use crate::{
    app::App,
    config::{Secret, TurnConfig},
    domain::time::Moment,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use tallyroom_media_protocol::{PeerId, signaling::IceServer};

/// Credentials for one join; none where no relay is set up.
pub fn servers(app: &App, peer: PeerId) -> Vec<IceServer> {
    let turn = &app.config.turn;
    if turn.urls.is_empty() {
        return Vec::new();
    }
    vec![server(turn, app.now(), peer)]
}

fn server(turn: &TurnConfig, now: Moment, peer: PeerId) -> IceServer {
    let username = format!("{}:{peer}", now.0 / 1_000 + i64::from(turn.ttl_s.get()));
    IceServer {
        urls: turn.urls.split_whitespace().map(str::to_owned).collect(),
        credential: password(&turn.secret, &username),
        username,
    }
}

fn password(secret: &Secret, username: &str) -> String {
    let mut mac =
        <Hmac<Sha1> as KeyInit>::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes keys of any length");
    mac.update(username.as_bytes());
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU32;
    use uuid::Uuid;

    #[test]
    fn a_credential_names_its_end_and_is_what_coturn_works_out() {
        let turn = TurnConfig {
            urls: "turn:relay.example:3478 turns:relay.example:5349".to_owned(),
            secret: Secret::from("north".to_owned()),
            ttl_s: NonZeroU32::new(600).expect("not zero"),
        };
        let given = server(&turn, Moment(1_000_000), Uuid::nil());
        assert_eq!(given.urls, ["turn:relay.example:3478", "turns:relay.example:5349"]);
        assert_eq!(given.username, "1600:00000000-0000-0000-0000-000000000000");
        // printf 1600:00000000-0000-0000-0000-000000000000 | openssl dgst -sha1 -hmac north -binary | base64
        assert_eq!(given.credential, "7R+rpo7pEQUtHQ1fSWyjYs4A8FY=");
    }
}
