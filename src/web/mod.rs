//! The web layer: pages, API and the theme they wear.

pub mod pages;
pub mod theme;
