//! The core of a call against a model of the world around it: what the requirements say, word by word, and what must
//! hold for any call at all.

mod booking;
mod booking_acts;
mod hostile;
mod ledger;
mod oracle;
mod payouts;
mod races;
mod random;
mod recovery;
mod requirements;
mod schedule;
mod steps;
mod world;
