//! Lists of the tenants' console: read only, one file a subject.

mod calls;
mod conversations;
mod dashboard;
mod export;
mod people;

pub(in crate::store) use calls::{COLUMNS as CALL_COLUMNS, SORTS as CALL_SORTS};
pub use calls::{CallLine, calls, is_running};
pub use conversations::{ConversationLine, MessageLine, conversation, conversations};
pub use dashboard::{Dashboard, DashboardStep, dashboard};
pub(in crate::store) use dashboard::{EXTRA, LEGS, MOVED, OF_SELLER, came_of, rounded};
pub use export::{ExportLine, exported};
pub use people::{ReviewLine, SellerLine, ServiceLine, UserDetails, UserLine, reviews, sellers, services, user, users};
