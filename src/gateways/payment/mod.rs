//! Payment providers.

pub mod test;
