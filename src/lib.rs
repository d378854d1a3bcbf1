//! Tallyroom's control plane: branded marketplaces where people sell and buy live video by the minute.
//!
//! `domain` holds the rules (pure), `store` the data (PostgreSQL), `app` the use cases, `gateways` reach the outside
//! world for them; `web`, `signaling` and `jobs` are the doors. Dependencies point one way:
//! `domain ← store ← app ← {web, signaling, jobs}`.

pub mod app;
pub mod config;
pub mod domain;
pub mod error;
pub mod gateways;
pub mod jobs;
pub mod logs;
pub mod serve;
pub mod signaling;
pub mod store;
pub mod web;
