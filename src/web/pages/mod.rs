//! Server-rendered pages.

pub mod views;
