//! What sellers do: their profile, their services with prices, their availability (requirements B3, C2, E1).

mod publish;
mod save_profile;
mod save_service;
mod set_photo;
mod show;
mod switch_availability;

pub use publish::publish;
pub(in crate::app) use save_profile::headline;
pub use save_profile::{ProfileDraft, save_profile};
pub use save_service::{BookableDraft, FixedDraft, ServiceDraft, save_service};
pub use set_photo::{SellingViewer, drop_photo, set_photo};
pub use show::{Selling, list_services, show};
pub use switch_availability::{go_available, go_away};

/// Services a seller can have.
pub const MOST_SERVICES: i64 = 20;
