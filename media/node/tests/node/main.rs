//! The node's process against a control plane of the test's own.

mod control;
mod lifetime;
mod media;
