//! mediaseal carries a signed software update across an air gap.
//!
//! The rooms, from the bottom up; arrows point down only (`tests/house.rs`
//! holds them):
//!
//! | room | what it holds |
//! | --- | --- |
//! | [`sys`] | calls of the operating system; the only `unsafe` |
//! | [`seal`] | what is signed: names, limits, sums, manifest, trust, signatures; no I/O |
//! | [`store`] | the one place that makes bytes durable |
//! | [`medium`] | the pure function from a release to the bytes of a key or a bundle |
//! | [`source`] | where a release is read from: folder, bundle, image, device |
//! | [`text`] | the words of findings and prompts, English and French |
//! | [`verify`] | the one decision, findings, reports |
//! | [`install`] | the safe copy and its record |
//! | `build`, `sign` | the builder: recipes, assembly, signing keys (feature `builder`) |
#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod install;
pub mod medium;
pub mod seal;
pub mod source;
pub mod store;
pub mod sys;
pub mod text;
pub mod verify;

#[cfg(feature = "builder")]
pub mod build;
#[cfg(feature = "builder")]
pub mod sign;
