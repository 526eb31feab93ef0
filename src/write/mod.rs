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
//! | [`event`] | what happens while keys are written, for screens, logs and programs |
//! | [`result`] | what became of each key, and how the program ends |
//! | [`carried`], [`card`] | what a key carries, once it passed; the sheet that goes with it |
//! | [`production`] | the log of every key and attempt, and what follows from it |
//! | [`clock`] | the time, for rates and logs; tests bring their own |

pub mod card;
pub mod carried;
pub mod clock;
pub mod eligible;
pub mod event;
pub mod production;
pub mod result;
