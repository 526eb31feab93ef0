//! `mediaseal`: makes sealed releases, signs them, puts them on media.
#![forbid(unsafe_code)]

mod args;
mod attach;
mod build;
mod card;
mod demo;
mod key_option;
mod keygen;
mod log;
mod pack;
mod rebuild;
mod screen;
mod sign;
mod trust;

use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = args::run(std::env::args_os());
    ExitCode::from(outcome.exit_code())
}
