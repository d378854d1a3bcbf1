//! The second step of signing in: a code, after the password was right.

use super::{
    Whence,
    code::{Proof, Stands, with_code},
    telling::tell,
};
use crate::{
    app::{
        App,
        identity::{RefreshToken, SignedIn, Viewer, log_in::new_session, tokens::LinkToken},
        letters::FactorNews,
    },
    domain::{
        ids::{SessionId, UserId},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        mail_tokens::{self, Purpose},
        second_factors,
        sessions::{self, NewSession},
    },
};

/// How long a code is waited for.
const WAIT_MS: i64 = 10 * 60_000;

/// Whether somebody is asked for a code when they sign in.
pub(in crate::app::identity) fn is_asked_for(tx: &mut TenantTx<'_>, user: UserId) -> Result<bool> {
    let known = second_factors::find(tx, user)?;
    Ok(known.is_some_and(|known| known.switched_on_at.is_some()))
}

/// Remembers that somebody knew the password, and gives what shows it while their code is waited for.
pub(in crate::app::identity) fn ask_for_code(tx: &mut TenantTx<'_>, user: UserId, now: Moment) -> Result<LogInToken> {
    let token = LinkToken::new();
    mail_tokens::insert(tx, user, Purpose::LogIn, token.hash(), now + WAIT_MS)?;
    Ok(LogInToken {
        text: token.text(),
        seconds: WAIT_MS / 1_000,
    })
}

/// What shows that the password was right. It is no session: all it is good for is to show a code.
#[derive(Clone, PartialEq, Eq)]
pub struct LogInToken {
    /// For the cookie or the program.
    pub text: String,
    /// Seconds that it holds.
    pub seconds: i64,
}

/// Begins the session of somebody who shows a code after the password.
///
/// # Errors
/// It took too long, the code isn't good, the account was closed meanwhile, or the database is away.
pub async fn enter_code(
    app: &App,
    scope: &TenantScope,
    token: &str,
    typed: &str,
    device: &str,
    whence: Whence,
) -> Result<SignedIn> {
    let token = LinkToken::parse(token).ok_or_else(too_late)?;
    let (hash, now) = (token.hash(), app.now());
    let holder = app
        .db
        .read(scope, move |tx| mail_tokens::holder(tx, Purpose::LogIn, hash, now))
        .await?;
    let user = holder.ok_or_else(too_late)?;
    let refresh = RefreshToken::new(SessionId::new());
    let session = NewSession {
        stepped_up_at: Some(now),
        ..new_session(&refresh, user, device, now)
    };
    let signed = with_code(app, scope, (user, Stands::On), typed, move |tx, proof, now| {
        // Whoever chose a new password meanwhile has made it worthless.
        mail_tokens::take(tx, Purpose::LogIn, hash, now)?.ok_or_else(too_late)?;
        if proof == Proof::Recovery {
            tell(tx, user, FactorNews::CodeUsed, &whence, now)?;
        }
        sessions::insert(tx, &session, now)?;
        sessions::signed(tx, session.id, user, now)?.ok_or_else(too_late)
    })
    .await?;
    Ok(SignedIn {
        viewer: Viewer::of(signed, *scope, refresh.session),
        refresh,
    })
}

fn too_late() -> Error {
    Error::conflict("log_in_over", "That took too long. Log in again with your password.")
}
