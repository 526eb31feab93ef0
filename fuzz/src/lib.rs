//! What is fuzzed, and what must hold for every input.
//!
//! Each property is a plain function over bytes that panics where it does not
//! hold. cargo-fuzz drives it through `fuzz_targets/`, and `replay` runs it over
//! the committed seeds on a stable compiler without any engine, so that what
//! CI replays is what was fuzzed.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `seal` | one spelling of everything that is signed |
//! | `scene` | a small medium and bundle that follow from constants |
//! | `script` | inputs as patches of these, and the way back from a bad one |
//! | `medium` | a spoiled medium that costs what its patches cost |
//! | `compare` | the comparers: "equal" if and only if the bytes are |
//! | `source` | the readers: bounded, repeatable claims |
//! | `recipe`, `slots` | a builder's recipe; a state that never goes back |

mod compare;
pub mod medium;
mod recipe;
pub mod scene;
pub mod script;
mod seal;
pub mod slots;
mod source;

pub use compare::{FRONT_ALONE, medium_is_true};

/// The property of each target, by its name.
pub mod properties {
    pub use crate::compare::{compare_bundle, compare_medium};
    pub use crate::recipe::recipe;
    pub use crate::seal::{anchor, manifest, signature, sums, trust};
    pub use crate::slots::slots;
    pub use crate::source::{fat_source, zip_source};
}

/// A property.
pub type Property = fn(&[u8]);

/// Every target: its name and its property.
pub const TARGETS: [(&str, Property); 11] = [
    ("signature", properties::signature),
    ("sums", properties::sums),
    ("manifest", properties::manifest),
    ("trust", properties::trust),
    ("anchor", properties::anchor),
    ("zip_source", properties::zip_source),
    ("fat_source", properties::fat_source),
    ("compare_medium", properties::compare_medium),
    ("compare_bundle", properties::compare_bundle),
    ("recipe", properties::recipe),
    ("slots", properties::slots),
];
