//! mediaseal carries a signed software update across an air gap.
//!
//! A **release** is payload, documents and a manifest; its **seal** is
//! `SEAL/SHA256SUMS` with its signatures. From the seal and the sealed files
//! follow all bytes of a **medium** (a USB key, or its image) and of a
//! **bundle** (a zip): so a check can render beside what it reads, explain
//! every byte, and say PASS to nothing else. docs/FORMAT.md has the format,
//! docs/THREATS.md what attacks it.
//!
//! The rooms, from the bottom up; arrows point down only (`tests/house.rs`
//! holds them):
//!
//! | room | what it holds |
//! | --- | --- |
//! | [`text`] | the words of findings, prompts and errors, English and French |
//! | [`sys`] | calls of the operating system |
//! | [`seal`] | what is signed: names, limits, sums, manifest, trust, signatures; no I/O |
//! | [`store`] | the one place that makes bytes durable |
//! | [`medium`] | the pure function from a release to the bytes of a key or a bundle |
//! | [`source`] | where a release is read from: folder, bundle, image, device |
//! | [`verify`] | the one decision, findings, reports, and who trusts what |
//! | [`instrument`] | facts about the computer that a release is installed on |
//! | [`install`] | the safe copy, the vendor's installer, their records |
//! | `build`, `sign` | the builder: recipes, assembly, packing, signing keys (feature `builder`) |
//! | `write` | keys: which disk may be one, the engine, what became of each (feature `builder`) |
//! | `drill` | bad keys for exercises and tests (feature `builder`) |
//!
//! The way through the code is the way of a check: [`verify::session`] opens a
//! source and finds whose chain counts; [`verify::decide`] judges in a fixed
//! order; [`verify::report`] comes to the verdict.
//!
//! ```
//! use mediaseal::seal::digest::Digest;
//! use mediaseal::seal::layout::MANIFEST;
//! use mediaseal::seal::sums::Sums;
//!
//! // What is signed is a list that sha256sum understands, in one spelling.
//! let lines = vec![
//!     ("PAYLOAD/patch.msi".to_string(), Digest::of(b"the package")),
//!     (MANIFEST.to_string(), Digest::of(b"the manifest")),
//! ];
//! let sums = Sums::new(lines)?;
//! let bytes = sums.print();
//! assert_eq!(Sums::parse(&bytes)?, sums);
//!
//! // The release code that people compare is the SHA-256 of those bytes.
//! let code = Digest::of(&bytes);
//! assert_eq!(Digest::parse_code(&code.code()), Some(code));
//!
//! // Another spelling of the same list is refused.
//! let text = String::from_utf8_lossy(&bytes).replace("  ", " *");
//! assert!(Sums::parse(text.as_bytes()).is_err());
//! # Ok::<(), mediaseal::seal::sums::SumsError>(())
//! ```
#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod install;
pub mod instrument;
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
pub mod drill;
#[cfg(feature = "builder")]
pub mod sign;
#[cfg(feature = "builder")]
pub mod write;
