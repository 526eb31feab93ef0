//! Texts with places to fill in: `{{name}}`.
//!
//! A line with a list is printed once for each item, and not at all for none.
//! Values are put in literally, escaped where the text is HTML, and never
//! looked at again. An unknown place is an error, so that no key leaves with a
//! hole in its guide. The result is UTF-8 with byte-order mark and CR LF, which
//! every Windows editor and browser shows as it is meant.

use std::collections::BTreeMap;

use super::mistake::{Mistake, Mistakes, suggestion};

/// What stands in a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// One text.
    One(String),
    /// A line for each.
    Many(Vec<String>),
}

/// Values by the name of their place.
pub type Values = BTreeMap<&'static str, Value>;

/// How a document is made from its file, by the extension of its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `.txt`: places are filled in.
    Plain,
    /// `.htm`, `.html`: places are filled in and escaped.
    Html,
    /// Anything else: byte for byte.
    AsItIs,
}

impl Form {
    /// The form of a document at `path`.
    pub fn of(path: &str) -> Self {
        let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        match extension.as_deref() {
            Some("txt") => Self::Plain,
            Some("htm" | "html") => Self::Html,
            _ => Self::AsItIs,
        }
    }
}

/// Fills in the text of `file`.
pub fn render(file: &str, bytes: &[u8], form: Form, values: &Values) -> Result<Vec<u8>, Mistakes> {
    if form == Form::AsItIs {
        return Ok(bytes.to_vec());
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            return Err(Mistakes::one(file, line, "", "is not UTF-8".into(), "Save it as UTF-8."));
        }
    };
    let mut rendered = String::from("\u{feff}");
    let mut mistakes = Vec::new();
    for (index, line) in text.lines().enumerate() {
        match render_line(line, form, values) {
            Ok(lines) => lines.iter().for_each(|line| {
                rendered.push_str(line);
                rendered.push_str("\r\n");
            }),
            Err((what, next)) => {
                let field = String::new();
                mistakes.push(Mistake { line: index + 1, field, what, next });
            }
        }
    }
    mistakes.truncate(super::mistake::MAX_MISTAKES);
    match mistakes.is_empty() {
        true => Ok(rendered.into_bytes()),
        false => Err(Mistakes { file: file.to_string(), list: mistakes }),
    }
}

/// A piece of a line.
enum Piece<'a> {
    Text(&'a str),
    One(&'a str),
    Each(&'a [String]),
}

fn render_line(line: &str, form: Form, values: &Values) -> Result<Vec<String>, (String, String)> {
    let pieces = pieces(line, values)?;
    let mut lists = pieces.iter().filter_map(|piece| match piece {
        Piece::Each(items) => Some(*items),
        _ => None,
    });
    let rows = match (lists.next(), lists.next()) {
        (None, _) => 1,
        (Some(items), None) => items.len(),
        (Some(_), Some(_)) => {
            return Err(("two lists on one line".into(), "Give each a line of its own.".into()));
        }
    };
    let row = |index: usize| {
        let texts = pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.to_string(),
            Piece::One(value) => escaped(value, form),
            Piece::Each(items) => escaped(&items[index], form),
        });
        texts.collect()
    };
    Ok((0..rows).map(row).collect())
}

fn pieces<'a>(line: &'a str, values: &'a Values) -> Result<Vec<Piece<'a>>, (String, String)> {
    let mut pieces = Vec::new();
    let mut rest = line;
    while let Some((before, place)) = rest.split_once("{{") {
        pieces.push(Piece::Text(before));
        let Some((name, after)) = place.split_once("}}") else {
            return Err(("\"{{\" without \"}}\"".into(), "Close the place on its line.".into()));
        };
        pieces.push(match values.get(name) {
            Some(Value::One(text)) => Piece::One(text),
            Some(Value::Many(items)) => Piece::Each(items),
            None => {
                let known: Vec<&str> = values.keys().copied().collect();
                let shown = super::mistake::quoted(name);
                return Err((format!("nothing fills the place {shown}"), suggestion(name, &known)));
            }
        });
        rest = after;
    }
    pieces.push(Piece::Text(rest));
    Ok(pieces)
}

fn escaped(text: &str, form: Form) -> String {
    if form != Form::Html {
        return text.to_string();
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        Values::from([
            ("title", Value::One("A <b> & \"{{x}}\"".into())),
            ("items", Value::Many(vec!["one".into(), "two".into()])),
            ("none", Value::Many(vec![])),
        ])
    }

    fn text(template: &str, form: Form) -> String {
        String::from_utf8(render("t", template.as_bytes(), form, &values()).unwrap()).unwrap()
    }

    #[test]
    fn places_are_filled_once_and_literally() {
        assert_eq!(text("a {{title}}\n", Form::Plain), "\u{feff}a A <b> & \"{{x}}\"\r\n");
        assert_eq!(
            text("{{title}}", Form::Html),
            "\u{feff}A &lt;b&gt; &amp; &quot;{{x}}&quot;\r\n"
        );
    }

    #[test]
    fn list_repeats_its_line_and_an_empty_one_drops_it() {
        assert_eq!(
            text("\u{feff}x\r\n - {{items}}.\r\n({{none}})\r\ny", Form::Plain),
            "\u{feff}x\r\n - one.\r\n - two.\r\ny\r\n"
        );
    }

    #[test]
    fn unknown_open_and_double_places_name_their_lines() {
        let template = "ok\n{{titel}}\n{{title\n{{items}}{{items}}\n{{}}";
        let mistakes = render("t.txt", template.as_bytes(), Form::Plain, &values()).unwrap_err();
        let lines: Vec<usize> = mistakes.list.iter().map(|mistake| mistake.line).collect();
        assert_eq!(lines, [2, 3, 4, 5]);
        assert!(mistakes.list[0].next.starts_with("Did you mean \"title\"?"));
        let bad = render("t.txt", b"a\nb\n\xff", Form::Plain, &values()).unwrap_err();
        assert_eq!(bad.list[0].line, 3);
    }

    #[test]
    fn form_follows_from_the_extension() {
        assert_eq!(Form::of("README.TXT"), Form::Plain);
        assert_eq!(Form::of("GUIDE/EN.HTM"), Form::Html);
        assert_eq!(Form::of("a.html"), Form::Html);
        assert_eq!(Form::of("GUIDE/plan.pdf"), Form::AsItIs);
        assert_eq!(Form::of("LICENSE"), Form::AsItIs);
        assert_eq!(render("p", b"{{\xff", Form::AsItIs, &values()).unwrap(), b"{{\xff");
    }
}
