//! All lasting state, in PostgreSQL behind row-level security. One file an aggregate; nothing outside this module sees
//! a table. Data of a tenant is reached only through [`Db::tenant`] with a [`TenantScope`] (law 1).

mod db;
mod error;
pub mod migrate;
mod moment;
mod schema;
mod scope;
pub mod tenants;

pub use db::{Db, SystemTx, TenantTx};
pub use scope::TenantScope;
