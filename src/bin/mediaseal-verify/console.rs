//! Standard output is the answer, standard error is talk. A reader that went
//! away is not an error of ours: the exit code stays that of the work.

use std::io::Write;

use mediaseal::verify::outcome::Failure;

/// Prints a line, or several, to standard output.
pub fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Prints a line, or several, to standard error.
pub fn talk(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Says on standard error what went wrong and what to do.
pub fn complain(label: &str, failure: &Failure) {
    talk(&failure.message(label));
}
