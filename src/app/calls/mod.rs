//! Calls, before and after the room: ringing somebody, saying something, writing down the end, the bill, how it
//! was.

mod bill;
mod coming_and_going;
mod feedback;
mod finish;
mod history;
mod mail_chat;
mod quality;
mod ring;
mod say;

pub use bill::{CallBill, bill};
pub use coming_and_going::{come_back, leave};
pub use feedback::{feedback, say_how};
pub use finish::finish;
pub use history::{Settled, current, joined, list, one};
pub use mail_chat::mail_chat;
pub use quality::{keep_quality, quality};
pub use ring::ring;
pub(in crate::app) use ring::{accounts, afford_start, busy_words, in_a_call};
pub use say::{Chat, Reader, Speakers, chat, for_guests, say, see, speakers, whole_chat};
