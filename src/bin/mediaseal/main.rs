//! `mediaseal`: makes sealed releases, signs them, puts them on media.
#![forbid(unsafe_code)]

mod args;
mod arming;
mod attach;
mod bench;
mod build;
mod card;
mod confirm;
mod demo;
mod devices;
mod drill;
mod force_option;
mod key_option;
mod keygen;
mod log;
mod pack;
mod paste;
mod rebuild;
mod screen;
mod sign;
mod station;
mod trust;
mod write;
mod write_view;
mod writing;

use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = args::run(std::env::args_os());
    ExitCode::from(outcome.exit_code())
}
