//! The node's process against a control plane of the test's own, and its flow reports with real callers.

mod control;
mod flow;
mod lifetime;
mod media;
mod recording;
mod refusals;
