//! Whoever sits at the computer, as a trait, and the ways to ask.
//!
//! Purpose: every dialogue can be tried from its first line to its last without
//! a terminal. Invariants: every question can be answered with one key or one
//! line, `?` always says why it is asked, and nothing has a default: an empty
//! line answers nothing. Where the input ends, nobody is there any more and the
//! dialogue ends; it never takes that for an answer.

use crate::text::{Language, wrap};

/// Columns of the screen.
const WIDTH: usize = 80;
/// Columns before every line.
const INDENT: &str = "  ";

/// A person at a screen and a keyboard.
pub trait Person {
    /// Shows one line of at most 80 columns.
    fn show(&mut self, line: &str);

    /// Waits for a line and returns it without its end. `None` where the input
    /// has ended.
    fn answer(&mut self) -> Option<String>;
}

/// Shows a text in lines of at most 80 columns; its own line ends are kept.
pub fn say(person: &mut dyn Person, text: &str) {
    for line in text.split('\n') {
        match line.is_empty() {
            true => person.show(""),
            false => wrap(line, INDENT, WIDTH).split('\n').for_each(|line| person.show(line)),
        }
    }
}

/// What came of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply<T> {
    /// The answer.
    Said(T),
    /// The person wants to stop, or has gone.
    Stopped,
}

impl<T> Reply<T> {
    /// The answer as another one.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Reply<U> {
        match self {
            Self::Said(answer) => Reply::Said(change(answer)),
            Self::Stopped => Reply::Stopped,
        }
    }
}

/// Asks, and says why or repeats the ways to answer until `read` takes a line.
fn ask<T>(
    person: &mut dyn Person,
    language: Language,
    question: &str,
    ways: &str,
    why: &str,
    mut read: impl FnMut(&str) -> Option<T>,
) -> Reply<T> {
    let texts = &language.table().dialogue;
    say(person, question);
    say(person, ways);
    loop {
        let Some(line) = person.answer() else { return Reply::Stopped };
        let line = line.trim();
        if line == "?" {
            say(person, why);
        } else if texts.stop_words.split(' ').any(|word| line.eq_ignore_ascii_case(word)) {
            return Reply::Stopped;
        } else if let Some(answer) = read(line) {
            return Reply::Said(answer);
        } else {
            say(person, texts.not_understood);
        }
        say(person, ways);
    }
}

/// Yes or no.
pub fn yes_no(
    person: &mut dyn Person,
    language: Language,
    question: &str,
    why: &str,
) -> Reply<bool> {
    let texts = &language.table().dialogue;
    let is = |words: &str, line: &str| {
        let line = line.to_lowercase();
        words.split(' ').any(|word| line == word)
    };
    ask(person, language, question, texts.yes_no, why, |line| {
        match (is(texts.yes_words, line), is(texts.no_words, line)) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    })
}

/// One of several, by its number; returns its index.
pub fn choose(
    person: &mut dyn Person,
    language: Language,
    question: &str,
    why: &str,
    choices: &[String],
) -> Reply<usize> {
    let texts = &language.table().dialogue;
    let lines: Vec<String> =
        choices.iter().enumerate().map(|(at, choice)| format!("  {}  {choice}", at + 1)).collect();
    let question = format!("{question}\n{}", lines.join("\n"));
    ask(person, language, &question, texts.number, why, |line| {
        let number: usize = line.parse().ok()?;
        (1..=choices.len()).contains(&number).then(|| number - 1)
    })
}

/// A line of text that `read` accepts.
pub fn line<T>(
    person: &mut dyn Person,
    language: Language,
    question: &str,
    why: &str,
    read: impl FnMut(&str) -> Option<T>,
) -> Reply<T> {
    ask(person, language, question, language.table().dialogue.line, why, read)
}

/// Waits until the person has read what stands on the screen.
pub fn wait(person: &mut dyn Person, language: Language) {
    say(person, language.table().dialogue.press_enter);
    // Whatever is typed: it was read.
    let _ = person.answer();
}

/// A person of a test: says prepared lines, and keeps everything that was shown.
#[derive(Clone, Debug, Default)]
pub struct Script {
    answers: std::collections::VecDeque<String>,
    /// All lines in order; what was typed stands behind `> `.
    pub shown: Vec<String>,
}

impl Script {
    /// A person who will type these lines and then be gone.
    pub fn new(answers: &[&str]) -> Self {
        Self { answers: answers.iter().map(ToString::to_string).collect(), shown: Vec::new() }
    }

    /// Lines that were not asked for.
    pub fn left(&self) -> usize {
        self.answers.len()
    }

    /// The whole dialogue.
    pub fn page(&self) -> String {
        self.shown.iter().fold(String::new(), |page, line| page + line + "\n")
    }
}

impl Person for Script {
    fn show(&mut self, line: &str) {
        self.shown.push(line.to_string());
    }

    fn answer(&mut self) -> Option<String> {
        let answer = self.answers.pop_front();
        self.shown.push(format!("> {}", answer.as_deref().unwrap_or("(end of input)")));
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn english(answers: &[&str]) -> (Reply<bool>, Script) {
        let mut script = Script::new(answers);
        (yes_no(&mut script, Language::English, "Go on?", "Because."), script)
    }

    #[test]
    fn yes_and_no_in_both_languages() {
        for yes in ["y", "Y", "yes", " YES "] {
            assert_eq!(english(&[yes]).0, Reply::Said(true), "{yes}");
        }
        for no in ["n", "No"] {
            assert_eq!(english(&[no]).0, Reply::Said(false), "{no}");
        }
        for (typed, answer) in [("o", true), ("Oui", true), ("n", false), ("non", false)] {
            let mut script = Script::new(&[typed]);
            let reply = yes_no(&mut script, Language::French, "On continue ?", "Parce que.");
            assert_eq!(reply, Reply::Said(answer), "{typed}");
        }
    }

    #[test]
    fn nothing_is_no_answer_and_a_question_mark_says_why() {
        let (reply, script) = english(&["", "maybe", "?", "n"]);
        assert_eq!(reply, Reply::Said(false));
        assert_eq!(script.page().matches("Because.").count(), 1);
        assert_eq!(script.page().matches("> ").count(), 4);
        assert_eq!(script.left(), 0);
    }

    #[test]
    fn the_end_of_input_and_a_wish_to_stop_are_no_answers() {
        assert_eq!(english(&[]).0, Reply::Stopped);
        assert_eq!(english(&["", "?"]).0, Reply::Stopped);
        assert_eq!(english(&["q", "y"]).0, Reply::Stopped);
    }

    #[test]
    fn a_choice_is_a_number_of_the_list() {
        let choices = ["MiSeq".to_string(), "iSeq 100".to_string()];
        let mut script = Script::new(&["0", "3", "x", "-1", "2"]);
        let reply = choose(&mut script, Language::English, "Which?", "Because.", &choices);
        assert_eq!(reply, Reply::Said(1));
        assert!(script.shown.contains(&"    1  MiSeq".to_string()), "{:?}", script.shown);
    }

    #[test]
    fn no_line_is_wider_than_the_screen() {
        let mut script = Script::default();
        say(&mut script, &"word ".repeat(60));
        assert!(script.shown.len() > 3);
        assert!(script.shown.iter().all(|line| line.chars().count() <= WIDTH));
    }
}
