//! `mediaseal-verify`: proves that a medium is exactly what was signed.

mod args;
mod check;
mod console;
mod copy;
mod enrol;
mod install;
mod instrument;
mod learn;
mod setting;
mod setup;
mod show;
mod status;
mod terminal;
mod usage;

use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = args::run(std::env::args_os());
    ExitCode::from(outcome.exit_code())
}
