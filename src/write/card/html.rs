//! The card as a page that prints on one or two sheets of A4.
//!
//! One file without anything from outside: no script, no address, no font. The
//! page forbids all of that itself, and every value is escaped, so that a
//! serial number or a name stays what it is: text.

use super::{Card, Sheet};
use crate::seal::names::escape;

/// The style. Black on white, for a printer.
const STYLE: &str = "\
@page { size: A4; margin: 13mm 14mm }
body { font: 9.5pt/1.3 sans-serif; color: #000; background: #fff; max-width: 182mm; margin: 0 auto }
h1 { font-size: 15pt; margin: 0 0 2mm; border-bottom: 2px solid #000; padding-bottom: 1.5mm }
h2 { font-size: 10.5pt; margin: 3mm 0 0.5mm; break-after: avoid }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: 0.6mm 2mm 0.6mm 0; border-bottom: 1px solid #888 }
th { font-weight: normal; width: 52mm }
td { overflow-wrap: anywhere }
pre { font: 8.5pt/1.25 monospace; margin: 0.3mm 0 0.8mm; white-space: pre-wrap; overflow-wrap: anywhere }
.code { font-size: 14pt; font-weight: bold; border: 2px solid #000; padding: 1.5mm 3mm }
.notes { display: flex; gap: 6mm; margin-top: 3mm }
.notes div { flex: 1 }
p { margin: 1.2mm 0 }
.tools { break-before: page }
.step { break-inside: avoid; margin: 2.5mm 0 }
.caption { font-weight: bold }
";

/// The card.
pub fn render(card: &Card<'_>) -> String {
    page(&card.sheet())
}

fn page(sheet: &Sheet) -> String {
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n\
         <table>\n",
        title = text(&sheet.title.line())
    );
    for row in &sheet.rows {
        let lines: Vec<String> = row.lines.iter().map(|line| text(line)).collect();
        let label = text(&row.label.line());
        page.push_str(&format!("<tr><th>{label}</th><td>{}</td></tr>\n", lines.join("<br>")));
    }
    page.push_str("</table>\n");
    for (index, row) in sheet.codes.iter().enumerate() {
        let lines: Vec<String> = row.lines.iter().map(|line| text(line)).collect();
        // The release code is what people compare by eye.
        let class = if index == 0 { " class=\"code\"" } else { "" };
        let label = text(&row.label.line());
        page.push_str(&format!("<h2>{label}</h2>\n<pre{class}>{}</pre>\n", lines.join("\n")));
    }
    page.push_str("<div class=\"notes\">\n");
    for language in ["en", "fr"] {
        page.push_str(&format!("<div lang=\"{language}\">\n"));
        for note in &sheet.notes {
            let note = if language == "en" { &note.en } else { &note.fr };
            page.push_str(&format!("<p>{}</p>\n", text(note)));
        }
        page.push_str("</div>\n");
    }
    page.push_str("</div>\n");
    page.push_str(&format!("<h2 class=\"tools\">{}</h2>\n", text(&sheet.heading.line())));
    page.push_str(&format!("<p>{}<br>", text(&sheet.place.en)));
    page.push_str(&format!("<span lang=\"fr\">{}</span></p>\n", text(&sheet.place.fr)));
    for command in &sheet.commands {
        let lines: Vec<String> = command.lines.iter().map(|line| escape_html(line)).collect();
        let caption = text(&command.caption.line());
        page.push_str(&format!("<div class=\"step\"><div class=\"caption\">{caption}</div>\n"));
        page.push_str(&format!("<pre>{}</pre>\n", lines.join("\n")));
        let expected = &command.expected;
        page.push_str(&format!("<div>→ {}</div>\n", text(&expected.text.line())));
        if let Some(value) = &expected.value {
            page.push_str(&format!("<pre>{}</pre>\n", text(value)));
        }
        page.push_str("</div>\n");
    }
    page.push_str("</body>\n</html>\n");
    page
}

/// A value: nothing in it is unseen, and nothing is markup.
fn text(value: &str) -> String {
    // What is in the log is escaped already.
    escape_html(&escape(value).replace("\\\\", "\\"))
}

fn escape_html(value: &str) -> String {
    let mut safe = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}
