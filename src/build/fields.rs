//! Fields of a TOML file with their lines, so that each mistake names its own.
//!
//! A table is walked, not deserialised: reading goes on after a mistake, so a
//! person sees all of them at once, and a field that nobody asked for is one.

use std::cell::RefCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::{MAX_MISTAKES, Mistake, Mistakes, quoted, suggestion};

/// Bytes of a TOML file: thousands of instruments, and still read at once.
pub const MAX_TOML_BYTES: usize = 1 << 20;

/// A TOML file that is being read, and the mistakes so far.
pub struct Reading<'a> {
    file: &'a str,
    text: &'a str,
    mistakes: RefCell<Vec<Mistake>>,
}

/// One table of the file.
pub struct Fields<'r, 'a> {
    reading: &'r Reading<'a>,
    table: &'r DeTable<'a>,
    /// Dotted name with a final dot, or empty for the file itself.
    prefix: String,
    /// Where the table begins; a missing field is reported there.
    at: usize,
    asked: RefCell<Vec<&'static str>>,
}

impl<'a> Reading<'a> {
    /// Starts to read `text` of the file that the person calls `file`.
    pub fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, mistakes: RefCell::new(Vec::new()) }
    }

    /// The file's tables; what is not TOML is noted.
    pub fn parse(&self) -> Option<DeTable<'a>> {
        if self.text.len() > MAX_TOML_BYTES {
            let what = format!("the file is longer than {MAX_TOML_BYTES} bytes");
            self.note(0, String::new(), what, "Is it a recipe?".to_string());
            return None;
        }
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let at = error.span().map_or(0, |span: Range<usize>| span.start);
            let what = format!("not TOML: {}", super::mistake::quoted(error.message()));
            self.note(at, String::new(), what, "Texts stand in quotes.".to_string());
        }
        errors.is_empty().then(|| table.into_inner())
    }

    /// The fields of the file itself.
    pub fn fields<'r>(&'r self, table: &'r DeTable<'a>) -> Fields<'r, 'a> {
        Fields {
            reading: self,
            table,
            prefix: String::new(),
            at: 0,
            asked: RefCell::new(Vec::new()),
        }
    }

    /// `value` if it is there and nothing was wrong; else the mistakes.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Mistakes> {
        let mut list = self.mistakes.into_inner();
        list.sort_by_key(|mistake| mistake.line);
        list.truncate(MAX_MISTAKES);
        match value {
            Some(value) if list.is_empty() => Ok(value),
            _ => Err(Mistakes { file: self.file.to_string(), list }),
        }
    }

    fn note(&self, at: usize, field: String, what: String, next: String) {
        let before = self.text.as_bytes().get(..at).unwrap_or(self.text.as_bytes());
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        self.mistakes.borrow_mut().push(Mistake { line, field, what, next });
    }
}

impl<'r, 'a> Fields<'r, 'a> {
    /// Notes a mistake at the field `name`, or at the table if it is missing.
    pub fn mistake(&self, name: &str, what: impl Into<String>, next: impl Into<String>) {
        let at = self.value(name).map_or(self.at, |value| value.span().start);
        self.reading.note(at, format!("{}{name}", self.prefix), what.into(), next.into());
    }

    /// A text that `parse` takes; missing or refused is a mistake.
    pub fn text<T>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.required(name)?;
        self.optional_text(name, parse)
    }

    /// A text that may be missing.
    pub fn optional_text<T>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = match self.ask(name)?.get_ref() {
            DeValue::String(text) => text.to_string(),
            // A time may stand without quotes; the parser decides.
            DeValue::Datetime(time) => time.to_string(),
            other => {
                let what = format!("is {}, not a text", kind(other));
                self.mistake(name, what, "Write it in quotes.");
                return None;
            }
        };
        match parse(&text) {
            Ok(value) => Some(value),
            Err(what) => {
                self.mistake(name, what, "Choose another value.");
                None
            }
        }
    }

    /// One of the words of `known`.
    pub fn word<T: Copy>(&self, name: &'static str, known: &[(&str, T)]) -> Option<T> {
        let text = self.text(name, |text| Ok(text.to_string()))?;
        let found = known.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            self.mistake(
                name,
                format!("unknown word {}", quoted(&text)),
                suggestion(&text, &words),
            );
        }
        found.map(|(_, value)| *value)
    }

    /// A whole number within `range` that may be missing.
    pub fn optional_number(&self, name: &'static str, range: Range<u64>) -> Option<u64> {
        let value = self.ask(name)?.get_ref();
        let number = match value {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let what = format!("is not a whole number from {} to {}", range.start, range.end - 1);
            self.mistake(name, what, "Write it in digits, without quotes.");
        }
        number
    }

    /// A table that must be there.
    pub fn table(&self, name: &'static str) -> Option<Fields<'r, 'a>> {
        self.required(name)?;
        let value = self.ask(name)?;
        self.inner(name, format!("{}{name}.", self.prefix), value)
    }

    /// The tables `[[name]]`; none where the field is missing.
    pub fn tables(&self, name: &'static str) -> Vec<Fields<'r, 'a>> {
        let Some(value) = self.ask(name) else { return Vec::new() };
        let DeValue::Array(array) = value.get_ref() else {
            let what = format!("is {}, not a list of tables", kind(value.get_ref()));
            self.mistake(name, what, format!("Write [[{}{name}]] above each.", self.prefix));
            return Vec::new();
        };
        let tables = array.iter().enumerate().filter_map(|(index, value)| {
            self.inner(name, format!("{}{name}[{}].", self.prefix, index + 1), value)
        });
        tables.collect()
    }

    /// Notes every field that was not asked for.
    pub fn finish(self) {
        let asked = self.asked.borrow();
        for key in self.table.keys().filter(|key| !asked.contains(&key.get_ref().as_ref())) {
            let name = key.get_ref();
            let field = format!("{}{}", self.prefix, crate::seal::names::escape(name));
            let next = suggestion(name, &asked);
            self.reading.note(key.span().start, field, "unknown field".to_string(), next);
        }
    }

    fn inner(
        &self,
        name: &str,
        prefix: String,
        value: &'r Spanned<DeValue<'a>>,
    ) -> Option<Fields<'r, 'a>> {
        let at = value.span().start;
        match value.get_ref() {
            DeValue::Table(table) => {
                let asked = RefCell::new(Vec::new());
                Some(Fields { reading: self.reading, table, prefix, at, asked })
            }
            other => {
                let what = format!("is {}, not a table", kind(other));
                self.mistake(
                    name,
                    what,
                    format!("Write [{}{name}] above its fields.", self.prefix),
                );
                None
            }
        }
    }

    fn required(&self, name: &'static str) -> Option<()> {
        if self.ask(name).is_none() {
            self.mistake(name, "is missing", format!("Add {}{name}.", self.prefix));
            return None;
        }
        Some(())
    }

    fn ask(&self, name: &'static str) -> Option<&'r Spanned<DeValue<'a>>> {
        let mut asked = self.asked.borrow_mut();
        if !asked.contains(&name) {
            asked.push(name);
        }
        self.value(name)
    }

    fn value(&self, name: &str) -> Option<&'r Spanned<DeValue<'a>>> {
        self.table.get(name)
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
