//! A line of the log for a person: at most 80 columns, values escaped.

use super::entry::{Ending, Entry, KeyEntry, ProtectionFacts};
use super::ledger::Ledger;
use crate::sign::lines::Lines;

/// What is known of a key, one fact a line.
pub fn lines(entry: &Entry, ledger: &Ledger) -> Lines {
    let mut lines = Lines::new();
    match entry {
        Entry::Order(order) => {
            lines.fact("Order", &format!("{}, {} keys", order.order, order.keys));
        }
        Entry::Begun(key) => key_lines("writing", key, ledger, &mut lines),
        Entry::Write(key) => key_lines("written", key, ledger, &mut lines),
        Entry::Confirm(key) => key_lines("plugged in again", key, ledger, &mut lines),
    }
    lines
}

fn key_lines(step: &str, key: &KeyEntry, ledger: &Ledger, lines: &mut Lines) {
    let time = key
        .ended
        .or(key.started)
        .map_or_else(|| "at an unknown time".to_string(), |time| time.to_string());
    lines.fact("Attempt", &format!("{}: {step}, {}, {time}", key.attempt, key.result.word()));
    if let Some(written) = key.written_as {
        let what = if ledger.has_end(written) { "written" } else { "begun" };
        lines.more(&format!("this key was {what} by attempt {written}"));
    }
    lines.fact("Result", &key.detail);
    if key.result == Ending::Begun {
        lines.more("its end is not in the log: it is no key");
    }
    if !key.findings.is_empty() {
        lines.more(&key.findings.join(" "));
    }
    if let Some(offset) = key.first_bad_offset {
        lines.more(&format!("first wrong byte: {offset}"));
    }
    match (key.ordinal, &key.order) {
        (Some(ordinal), Some(order)) => {
            let keys = ledger.order(order).map(|order| format!(" of {}", order.keys));
            lines.fact("Key", &format!("{ordinal}{}, order {order}", keys.unwrap_or_default()));
        }
        (Some(ordinal), None) => lines.fact("Key", &ordinal.to_string()),
        (None, Some(order)) => lines.fact("Order", order),
        (None, None) => {}
    }
    for (label, value) in
        [("Recipient", &key.recipient), ("Ticket", &key.ticket), ("Operator", &key.operator)]
    {
        if let Some(value) = value {
            lines.fact(label, value);
        }
    }
    let stick = &key.stick;
    let named: Vec<&str> =
        [&stick.vendor, &stick.model].into_iter().flatten().map(|s| &**s).collect();
    let mut facts = vec![named.join(" ")];
    if let (Some(vendor), Some(product)) = (&stick.vendor_id, &stick.product_id) {
        facts.push(format!("{vendor}:{product}"));
    }
    facts.push(format!("serial {}", stick.serial.as_deref().unwrap_or("none")));
    if let Some(bytes) = stick.bytes {
        facts.push(format!("{bytes} bytes"));
    }
    if let Some(port) = &stick.port {
        facts.push(format!("port {port}"));
    }
    facts.retain(|fact| !fact.is_empty());
    lines.fact("Stick", &facts.join(", "));
    let release = &key.release;
    lines.fact(
        "Release",
        &format!(
            "{} {}, {}, {}",
            release.product, release.version, release.position, release.publisher
        ),
    );
    lines.code("Code", &release.release_code);
    lines.fact("Image", &release.image_sha256.to_string());
    lines.fact("Protection", &protection(key.protection));
    lines.fact("Looked at", &key.extent);
}

/// The three facts, never mixed.
pub fn protection(seen: ProtectionFacts) -> String {
    let reported = match seen.reported {
        Some(true) => "the device reports it",
        Some(false) => "the device does not report it",
        None => "the device did not say",
    };
    match seen.forced {
        Some(true) => format!("{reported}; this computer forces it on every key"),
        _ => reported.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::production::testing::{self, order, proved, written};

    #[test]
    fn a_key_is_told_in_80_columns_with_everything_to_ask_for() {
        let mut ledger = Ledger::default();
        ledger.push(Entry::Order(Box::new(order("4711", 50))));
        let mut key = proved(1, 38);
        key.findings = vec!["M-233".to_string(); 40];
        key.detail = "word ".repeat(60);
        let text = lines(&Entry::Confirm(Box::new(key)), &ledger).to_string();
        for fact in
            ["38 of 50, order 4711", "Site 38", "T-1", "serial 9F12", "0951:1666", "port 1-2"]
        {
            assert!(text.contains(fact), "{fact}: {text}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        let begun = testing::begun("1-2", "9F12");
        let text = lines(&Entry::Begun(Box::new(begun)), &ledger).to_string();
        for fact in ["1: writing, begun, 2026-11-23T10:02:00Z", "no key"] {
            assert!(text.contains(fact), "{fact}: {text}");
        }
        let mut bare = written("1-2", "");
        bare.stick = Default::default();
        let text = lines(&Entry::Write(Box::new(bare)), &ledger).to_string();
        assert!(text.contains("serial none"), "{text}");
        assert!(lines(&ledger.entries()[0], &ledger).to_string().contains("4711, 50 keys"));
    }

    #[test]
    fn protection_is_told_as_separate_facts() {
        let fact =
            |reported, forced| protection(ProtectionFacts { reported, forced, answered: None });
        assert_eq!(fact(Some(true), None), "the device reports it");
        assert_eq!(fact(None, Some(false)), "the device did not say");
        assert!(fact(Some(false), Some(true)).contains("does not report it; this computer forces"));
    }
}
