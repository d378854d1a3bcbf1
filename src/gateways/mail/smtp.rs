//! Sends mails.

use crate::app::ports::{CalendarFile, Mail, Mailer};
use anyhow::Context;
use async_trait::async_trait;
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, MultiPart, SinglePart, header::ContentType},
};
use std::time::Duration;

/// A mail server.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    sender: Address,
}

impl SmtpMailer {
    /// Behind an `smtp://` or `smtps://` address; mails come from `sender`.
    ///
    /// # Errors
    /// One of the two can't be read.
    pub fn new(url: &str, sender: &str) -> anyhow::Result<Self> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .context("the mail server's address can't be read")?
            .timeout(Some(Duration::from_secs(20)))
            .build();
        Ok(Self {
            transport,
            sender: sender.parse().context("the sender isn't a mail address")?,
        })
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: Mail) -> anyhow::Result<()> {
        let mut message = Message::builder().from(Mailbox::new(Some(mail.from_name), self.sender.clone()));
        if let Some(address) = mail.reply_to {
            message = message.reply_to(Mailbox::new(None, address.parse()?));
        }
        let message = message
            .to(Mailbox::new(None, mail.to.parse()?))
            .subject(mail.subject)
            .multipart(body(mail.text, mail.html, mail.calendar)?)?;
        self.transport.send(message).await?;
        Ok(())
    }

    async fn check(&self) -> anyhow::Result<()> {
        let greeted = self.transport.test_connection().await?;
        anyhow::ensure!(greeted, "the mail server hung up");
        Ok(())
    }
}

/// The text in both kinds; a calendar file is one more way to say the same, which mail programs understand (RFC 6047).
fn body(text: String, html: String, calendar: Option<CalendarFile>) -> anyhow::Result<MultiPart> {
    let body = MultiPart::alternative_plain_html(text, html);
    let Some(file) = calendar else {
        return Ok(body);
    };
    let kind = ContentType::parse(&format!("text/calendar; method={}; charset=utf-8", file.method))?;
    Ok(body.singlepart(SinglePart::builder().header(kind).body(file.text)))
}
