//! The platform's own pages, and the development mailbox.

use super::{
    render,
    views::{DemoTenant, MailPage, MailRow, MailboxPage, PlatformHomePage},
};
use crate::{
    error::Error,
    gateways::mail::{Mailbox, ReceivedMail},
    web::{Platform, Result, Web},
};
use actix_web::{
    HttpResponse, get,
    http::header,
    web::{Data, Path, ServiceConfig},
};
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(home).service(mails).service(read).service(read_html);
}

/// What this is; in development also where the demo is.
#[get("/")]
async fn home(web: Data<Web>, platform: Platform) -> Result<HttpResponse> {
    let listed = if web.app.config.development.enabled {
        web.app.db.listed_tenants().await?
    } else {
        Vec::new()
    };
    let public = &web.app.config.http.public_url;
    let port = public.port().map(|port| format!(":{port}")).unwrap_or_default();
    let tenants = listed.into_iter().map(|(tenant, host)| DemoTenant {
        url: format!("{}://{host}{port}", public.scheme()),
        tagline: String::new(),
        logins: Vec::new(),
        name: tenant.name,
        theme: tenant.theme,
    });
    render(
        &platform,
        None,
        &PlatformHomePage {
            tenants: tenants.collect(),
        },
    )
}

fn kept(web: &Web) -> Result<&Mailbox> {
    let mailbox = web
        .live
        .mailbox
        .as_deref()
        .filter(|_| web.app.config.development.enabled);
    Ok(mailbox.ok_or_else(Error::not_found)?)
}

fn row(mail: &ReceivedMail) -> MailRow {
    MailRow {
        url: format!("/dev/mailbox/{}", mail.id),
        from: mail.from.clone(),
        to: mail.to.clone(),
        subject: mail.subject.clone(),
        at: mail.at.timestamp(),
    }
}

/// Mails that were sent here instead of to people.
#[get("/dev/mailbox")]
async fn mails(web: Data<Web>, platform: Platform) -> Result<HttpResponse> {
    let mails = kept(&web)?.mails().iter().map(row).collect();
    render(&platform, None, &MailboxPage { mails })
}

/// One mail.
#[get("/dev/mailbox/{id}")]
async fn read(web: Data<Web>, platform: Platform, id: Path<Uuid>) -> Result<HttpResponse> {
    let mail = kept(&web)?.mail(*id).ok_or_else(Error::not_found)?;
    let address = |text: &str| {
        text.split_whitespace()
            .find(|word| word.starts_with("http"))
            .map(str::to_owned)
    };
    let page = MailPage {
        mail: row(&mail),
        html_url: format!("/dev/mailbox/{id}/html"),
        action_url: address(&mail.text),
        text: mail.text,
    };
    render(&platform, None, &page)
}

/// A mail's HTML part, for a sandboxed frame. Mail is the one place where styles stand inline.
#[get("/dev/mailbox/{id}/html")]
async fn read_html(web: Data<Web>, id: Path<Uuid>) -> Result<HttpResponse> {
    let mail = kept(&web)?.mail(*id).ok_or_else(Error::not_found)?;
    let policy = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox";
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .body(mail.html))
}
