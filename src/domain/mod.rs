//! The product's rules, pure: no clock, no I/O, no database, no async. Everything here is a function of its arguments.

pub mod audit;
pub mod brand;
pub mod call;
pub mod category;
pub mod identity;
pub mod ids;
pub mod money;
pub mod notice;
pub mod notification;
pub mod own_domain;
pub mod payment;
pub mod period;
pub mod permission;
pub mod picture;
pub mod plan;
pub mod platform;
pub mod policy;
pub mod pricing;
pub mod push_address;
pub mod quota;
pub mod rating;
pub mod schedule;
pub mod subscription;
pub mod tenant;
pub mod text;
pub mod time;
