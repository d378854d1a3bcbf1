//! The development mailbox: a mail server that keeps the last mails in memory and delivers nothing.
//!
//! It speaks the part of SMTP (RFC 5321) that a client sending mail needs.

use crate::{app::ports::Clock, domain::time::Moment};
use mail_parser::{MessageParser, MimeHeaders as _};
use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use uuid::Uuid;

/// Mails that are kept.
const KEPT: usize = 200;
/// Largest mail, in bytes.
const MAX_MAIL: usize = 10 * 1024 * 1024;
/// Longest line.
const MAX_LINE: u64 = 4_096;

/// A mail as it was received.
#[derive(Clone, Debug)]
pub struct ReceivedMail {
    /// Names it in addresses.
    pub id: Uuid,
    /// When it came.
    pub at: Moment,
    /// Sender, as shown.
    pub from: String,
    /// Where answers go, empty without.
    pub reply_to: String,
    /// Recipient.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Plain-text part.
    pub text: String,
    /// HTML part.
    pub html: String,
    /// Calendar file, empty without.
    pub calendar: String,
    /// All of it, as it came.
    pub raw: Arc<[u8]>,
}

/// The last mails, newest first.
pub struct Mailbox {
    clock: Arc<dyn Clock>,
    mails: Mutex<VecDeque<ReceivedMail>>,
}

impl Mailbox {
    /// Starts the server on a free port of this machine; gives the mailbox and its `smtp://` address.
    ///
    /// # Errors
    /// No port could be had.
    pub async fn start(clock: Arc<dyn Clock>) -> std::io::Result<(Arc<Self>, String)> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let url = format!("smtp://{}", listener.local_addr()?);
        let mailbox = Arc::new(Self {
            clock,
            mails: Mutex::default(),
        });
        let serving = mailbox.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mailbox = serving.clone();
                tokio::spawn(async move {
                    if let Err(error) = mailbox.converse(stream).await {
                        tracing::debug!(%error, "a mail client left");
                    }
                });
            }
        });
        Ok((mailbox, url))
    }

    /// All mails, newest first.
    pub fn mails(&self) -> Vec<ReceivedMail> {
        self.mails
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }

    /// One mail.
    pub fn mail(&self, id: Uuid) -> Option<ReceivedMail> {
        self.mails
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .find(|mail| mail.id == id)
            .cloned()
    }

    async fn converse(&self, stream: TcpStream) -> std::io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut read = BufReader::new(read);
        write.write_all(b"220 tallyroom development mailbox\r\n").await?;
        let mut to = String::new();
        loop {
            let mut line = String::new();
            if (&mut read).take(MAX_LINE).read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let verb = line.trim_end().to_ascii_uppercase();
            let answer: &[u8] = match verb.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" | "HELO" => b"250 tallyroom\r\n",
                "MAIL" | "RSET" | "NOOP" => b"250 OK\r\n",
                "RCPT" => {
                    to = line
                        .split_once('<')
                        .and_then(|(_, rest)| rest.split_once('>'))
                        .map_or_else(String::new, |(to, _)| to.to_owned());
                    b"250 OK\r\n"
                }
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await?;
                    let Some(raw) = data(&mut read).await? else {
                        return write.write_all(b"552 too large\r\n").await;
                    };
                    self.keep(&raw, &to);
                    b"250 kept\r\n"
                }
                "QUIT" => return write.write_all(b"221 bye\r\n").await,
                _ => b"502 not here\r\n",
            };
            write.write_all(answer).await?;
        }
    }

    fn keep(&self, raw: &[u8], to: &str) {
        let Some(message) = MessageParser::default().parse(raw) else {
            return;
        };
        let from = message.from().and_then(|from| from.first());
        let name = from.and_then(|from| from.name()).unwrap_or_default();
        let address = from.and_then(|from| from.address()).unwrap_or_default();
        let reply_to = message.reply_to().and_then(|reply_to| reply_to.first());
        let mail = ReceivedMail {
            id: Uuid::now_v7(),
            at: self.clock.now(),
            from: format!("{name} <{address}>"),
            reply_to: reply_to.and_then(|to| to.address()).unwrap_or_default().to_owned(),
            to: to.to_owned(),
            subject: message.subject().unwrap_or_default().to_owned(),
            text: message.body_text(0).map(|text| text.into_owned()).unwrap_or_default(),
            html: message.body_html(0).map(|html| html.into_owned()).unwrap_or_default(),
            calendar: message
                .parts
                .iter()
                .find(|part| part.is_content_type("text", "calendar"))
                .and_then(|part| part.text_contents())
                .unwrap_or_default()
                .to_owned(),
            raw: raw.into(),
        };
        let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        mails.push_front(mail);
        mails.truncate(KEPT);
    }
}

/// A mail's lines up to the lone dot, with doubled leading dots undone; none if it is too large.
async fn data(read: &mut (impl AsyncBufReadExt + Unpin)) -> std::io::Result<Option<Vec<u8>>> {
    let mut raw = Vec::new();
    loop {
        let mut line = Vec::new();
        if read.take(MAX_LINE).read_until(b'\n', &mut line).await? == 0 || line == b".\r\n" {
            return Ok(Some(raw));
        }
        raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        if raw.len() > MAX_MAIL {
            return Ok(None);
        }
    }
}
