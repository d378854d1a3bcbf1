//! The control plane from outside: real HTTP, a real PostgreSQL with its real roles, and a clock that is turned by hand.

mod archive;
mod calls;
mod catalogue;
mod charges;
mod composing;
mod consoles;
mod documents;
mod gateways;
mod identity;
mod jobs;
mod kept;
mod layers;
mod ledger;
mod marketplace;
mod matrix;
mod migrations;
mod notifications;
mod payouts;
mod refunds;
mod shares;
mod studios;
mod support;
mod tips;
mod wallet;
mod web;
