//! All lasting state, in PostgreSQL behind row-level security. One file an aggregate; nothing outside this module sees
//! a table. Data of a tenant is reached only through [`Db::tenant`] with a [`TenantScope`] (law 1).

pub mod archive;
pub mod audit;
pub mod call_events;
pub mod calls;
pub mod closing;
pub mod console;
pub mod conversations;
mod db;
pub mod declarations;
pub mod erase_person;
pub mod erasure;
mod error;
pub mod exports;
pub mod jobs;
pub mod ledger;
pub mod listing;
pub mod looks;
pub mod mail_tokens;
pub mod metering;
pub mod migrate;
mod moment;
pub mod plans;
pub mod platform_lists;
pub mod platform_staff;
pub mod reviews;
mod schema;
mod scope;
pub mod sellers;
pub mod services;
pub mod sessions;
pub mod staff;
pub mod subscription_notices;
pub mod subscription_payments;
pub mod subscription_settings;
pub mod subscriptions;
pub mod tenant_lists;
pub mod tenants;
pub mod test_gateway;
pub mod top_ups;
pub mod users;
pub mod visits;
pub mod wallets;
pub mod words;

pub use db::{Db, SystemTx, TenantTx};
pub use scope::TenantScope;
