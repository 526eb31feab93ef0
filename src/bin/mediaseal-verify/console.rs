//! Standard output is the answer, standard error is talk. A reader that went
//! away is not an error of ours: the exit code stays that of the work.

use std::io::Write;

use mediaseal::text::wrap;
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

/// Says on standard error what went wrong and what to do, in 80 columns.
pub fn complain(label: &str, failure: &Failure) {
    let indent = " ".repeat(7);
    let wrapped = |text: &str| {
        let lines: Vec<String> = text.lines().map(|line| wrap(line, &indent, 80)).collect();
        lines.join("\n")
    };
    talk(wrapped(&format!("{label}: {}", failure.what)).trim_start());
    if !failure.next.is_empty() {
        talk(&wrapped(&failure.next));
    }
}
