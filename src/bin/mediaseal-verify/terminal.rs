//! The person at the terminal. No terminal, no prompt: then there is nobody.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use mediaseal::instrument::person::Person;

/// Bytes of a typed line; more is not typed by a person.
const MAX_LINE_BYTES: u64 = 4096;

/// Where a dialogue is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// Standard error: standard output is the answer of a command.
    Talk,
    /// Standard output: the guided way is a dialogue and nothing else.
    Dialogue,
}

/// Whoever sits at the terminal.
#[derive(Debug)]
pub struct Terminal {
    screen: Screen,
}

impl Terminal {
    /// The person, if standard input and the screen are a terminal.
    pub fn open(screen: Screen) -> Option<Self> {
        let shown = match screen {
            Screen::Talk => std::io::stderr().is_terminal(),
            Screen::Dialogue => std::io::stdout().is_terminal(),
        };
        (std::io::stdin().is_terminal() && shown).then_some(Self { screen })
    }

    fn write(&self, text: &str) {
        // A terminal that went away ends the dialogue at the next answer.
        let _ = match self.screen {
            Screen::Talk => {
                let mut screen = std::io::stderr().lock();
                screen.write_all(text.as_bytes()).and_then(|()| screen.flush())
            }
            Screen::Dialogue => {
                let mut screen = std::io::stdout().lock();
                screen.write_all(text.as_bytes()).and_then(|()| screen.flush())
            }
        };
    }
}

impl Person for Terminal {
    fn show(&mut self, line: &str) {
        self.write(&format!("{line}\n"));
    }

    fn answer(&mut self) -> Option<String> {
        self.write("> ");
        let mut line = Vec::new();
        let mut input = std::io::Read::take(std::io::stdin().lock(), MAX_LINE_BYTES);
        match input.read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => None,
            Ok(_) => {
                let line = String::from_utf8_lossy(&line);
                Some(line.trim_end_matches(['\r', '\n']).to_string())
            }
        }
    }
}
