//! Standard output is the answer, standard error is talk. A reader that went
//! away is not an error of ours: the exit code stays that of the work. An
//! answer that could not be kept, on a full disk, is one: a script that sees
//! success may rely on what it finds in the file.

use std::io::{ErrorKind, Write};
use std::sync::Mutex;

use mediaseal::verify::outcome::Failure;

/// Why an answer was not written: the first reason.
static UNWRITTEN: Mutex<Option<String>> = Mutex::new(None);

/// Prints a line, or several, to standard output.
pub fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            // A lock that another thread died with still holds the reason.
            let mut reason = UNWRITTEN.lock().unwrap_or_else(|held| held.into_inner());
            reason.get_or_insert(error.to_string());
        }
        _ => {}
    }
}

/// Why an answer could not be written, if one could not.
pub fn unwritten() -> Option<String> {
    UNWRITTEN.lock().unwrap_or_else(|held| held.into_inner()).take()
}

/// Prints a line, or several, to standard error.
pub fn talk(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Says on standard error what went wrong and what to do.
pub fn complain(label: &str, failure: &Failure) {
    talk(&failure.message(label));
}
