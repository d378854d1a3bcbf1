//! Signing in.

use super::{
    RESEND_MS, RefreshToken, SESSION_MS, SignedIn, Viewer,
    factor::{LogInToken, ask_for_code, is_asked_for},
    passwords,
    register::send_verification,
    verify,
};
use crate::{
    app::App,
    domain::{
        identity::Email,
        ids::{SessionId, UserId},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        mail_tokens::{self, Purpose},
        sessions::{self, NewSession},
        users,
    },
};

/// Longest name of a browser that is kept.
const DEVICE_CHARS: usize = 200;

/// How far signing in has come.
#[derive(Clone)]
pub enum Stage {
    /// In.
    In(Box<SignedIn>),
    /// The password is right; a code is missing.
    CodeNeeded(LogInToken),
}

/// Begins a session, unless a code is asked for, too. Says nothing about which of address and password was wrong.
///
/// # Errors
/// Wrong address or password, a closed account, an address that isn't confirmed (then a link is sent again), or the database is away.
pub async fn log_in(
    app: &App,
    scope: &TenantScope,
    origin: &str,
    email: &str,
    password: String,
    device: &str,
) -> Result<Stage> {
    let known = match Email::parse(email) {
        Ok(email) => app.db.read(scope, move |tx| users::by_email(tx, &email)).await?,
        Err(_) => None,
    };
    let (user, stored) = known.unzip();
    let right = passwords::verify(password, stored).await?;
    let user = user.filter(|_| right).ok_or_else(passwords::mismatch)?;
    if user.suspended {
        return Err(Error::forbidden(
            "This account is closed. Write to the people who run this marketplace.",
        ));
    }
    let (now, origin) = (app.now(), origin.to_owned());
    if !user.verified {
        app.db
            .tenant(scope, move |tx| send_again(tx, user.id, &origin, now))
            .await?;
        let text = "Confirm your address first: we have sent you the link again. Look into your mail, also the junk.";
        return Err(Error::conflict("unverified", text));
    }
    let refresh = RefreshToken::new(SessionId::new());
    let session = new_session(&refresh, user.id, device, now);
    let begun = app
        .db
        .tenant(scope, move |tx| {
            if is_asked_for(tx, session.user)? {
                return ask_for_code(tx, session.user, now).map(Err);
            }
            sessions::insert(tx, &session, now)?;
            let signed = sessions::signed(tx, session.id, session.user, now)?;
            signed.map(Ok).ok_or_else(Error::sign_in_needed)
        })
        .await?;
    Ok(match begun {
        Ok(signed) => Stage::In(Box::new(SignedIn {
            viewer: Viewer::of(signed, *scope, refresh.session),
            refresh,
        })),
        Err(token) => Stage::CodeNeeded(token),
    })
}

/// What is stored of a sign-in that begins.
pub(super) fn new_session(refresh: &RefreshToken, user: UserId, device: &str, now: Moment) -> NewSession {
    NewSession {
        id: refresh.session,
        user,
        refresh: refresh.hash(),
        device: device.chars().filter(|c| !c.is_control()).take(DEVICE_CHARS).collect(),
        expires_at: now + SESSION_MS,
        stepped_up_at: None,
    }
}

fn send_again(tx: &mut TenantTx<'_>, user: UserId, origin: &str, now: Moment) -> Result<()> {
    if mail_tokens::has_fresh(tx, user, Purpose::Verify, now + (verify::LINK_MS - RESEND_MS))? {
        return Ok(());
    }
    send_verification(tx, user, origin, now)
}
