//! A headless caller: goes through the same doors as a browser and sends real encoded sound and pictures.
//!
//! [`caller::Participant`] is a person who rings, accepts and joins; [`in_call::InCall`] is what a join gives.
//! [`bare`] drives a media node without the product, as the baseline of benches.

mod backoff;
pub mod bare;
pub mod caller;
pub mod codec;
pub mod counters;
pub mod http;
pub mod in_call;
pub mod link;
pub mod media;
pub mod picture;
pub mod probe;
pub mod robot;
pub mod signaling;
pub mod sound;
