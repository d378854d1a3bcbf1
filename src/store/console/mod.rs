//! Lists of the tenants' console: read only, one file a subject.

mod calls;
mod conversations;
mod people;

pub use calls::{CallLine, calls};
pub use conversations::{ConversationLine, MessageLine, conversation, conversations};
pub use people::{ReviewLine, SellerLine, ServiceLine, UserDetails, UserLine, reviews, sellers, services, user, users};
