//! The screen: answers on standard output, talk on standard error.
//!
//! Nothing here panics where the other end of a pipe has gone, and nothing
//! waits for a person who is not there.

use std::io::{self, BufRead as _, ErrorKind, IsTerminal as _, Write as _};

use mediaseal::verify::outcome::{Failure, Outcome};

/// Longest answer that is read, bytes.
const MAX_ANSWER_BYTES: u64 = 1024;

/// One line, or several, of the answer. A reader that has gone is no error.
pub fn data(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(Outcome::Io, format!("cannot write the answer: {error}"), ""))
        }
        _ => Ok(()),
    }
}

/// Talk for a person. There is nobody to tell if it cannot be written.
pub fn talk(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// True where a person can be asked.
pub fn has_person() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// A warning for a person.
pub fn warning(text: &str) {
    talk(&format!("warning: {text}"));
}

/// What happened, and below it what to do next.
pub fn failure(failure: &Failure) {
    talk(&failure.message("error"));
}

/// The answer to `question`: `given` on the command line with `option`, or
/// typed. Without a terminal and without the option it is a usage error.
pub fn confirm(question: &str, given: Option<&String>, option: &str) -> Result<String, Failure> {
    if let Some(given) = given {
        return Ok(given.clone());
    }
    let input = io::stdin();
    if !input.is_terminal() {
        let what = "there is no terminal to confirm at";
        let next = format!("Look at what is signed, then give it in words: {option}.");
        return Err(Failure::new(Outcome::Usage, what, next));
    }
    let mut err = io::stderr();
    let _ = write!(err, "  {question} ").and_then(|()| err.flush());
    let mut answer = String::new();
    let read = io::Read::take(input.lock(), MAX_ANSWER_BYTES).read_line(&mut answer);
    // The end of input and bytes that are no text are no answer, and no answer
    // is never the right one.
    Ok(read.map(|_| answer).unwrap_or_default())
}
