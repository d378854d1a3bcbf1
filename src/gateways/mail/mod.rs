//! Mail over SMTP: to a real server, or to the development mailbox, which is one.

mod mailbox;
mod smtp;

pub use mailbox::{Mailbox, ReceivedMail};
pub use smtp::SmtpMailer;
