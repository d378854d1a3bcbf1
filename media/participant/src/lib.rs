//! A headless caller: goes through the same doors as a browser and sends real encoded sound and pictures.

pub mod bare;
pub mod codec;
pub mod counters;
pub mod media;
pub mod picture;
pub mod sound;
