//! Keys are written: which disk may be one, the engine that writes and reads
//! back, and what became of each.
//!
//! The worst that can happen here is that the wrong disk is written. So there
//! is no default target; one function says whether a disk may be one, and it
//! is asked when the person chooses and again of the opened disk; and what is
//! unknown is refused.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`eligible`] | whether a disk may be written, and every reason why not |
//! | [`choose`], [`arm`] | which disks a person means: by serial, by port, or whatever appears now |
//! | [`estimate`], [`show`] | how long it will take; disks in words |
//! | [`engine`] | all keys at once: the steps of each, the long way, the room it has |
//! | [`source`], [`image`] | the decision about the source; the image that is written |
//! | [`json`] | disks, events and results for other programs |
//! | [`cancel`] | the wish to stop |
//! | [`event`] | what happens while keys are written, for screens, logs and programs |
//! | [`result`] | what became of each key, and how the program ends |
//! | [`carried`], [`card`] | what a key carries, once it passed; the sheet that goes with it |
//! | [`confirm`], [`plugged`] | the proof of a key that was plugged in again |
//! | [`station`] | the bench: write, prove, card, next |
//! | [`production`] | the log of every key and attempt, and what follows from it |
//! | [`clock`] | the time, for rates and logs; tests bring their own |

pub mod arm;
pub mod cancel;
pub mod card;
pub mod carried;
pub mod choose;
pub mod clock;
pub mod confirm;
pub mod eligible;
pub mod engine;
pub mod estimate;
pub mod event;
pub mod image;
pub mod json;
pub mod plugged;
pub mod production;
pub mod result;
pub mod show;
pub mod source;
pub mod station;
