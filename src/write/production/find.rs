//! The lines about a key that comes back.

use std::fmt;

use super::entry::{Entry, KeyEntry};
use super::ledger::Ledger;

/// Digits of a release code that are enough to look for: one group.
const MIN_CODE_DIGITS: usize = 4;

/// What is known of the key; everything that is given must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// The serial or its last characters, as printed on stick or card.
    pub serial: Option<String>,
    /// The ordinal on the card.
    pub ordinal: Option<u32>,
    /// The release code or its first groups.
    pub code: Option<String>,
    /// The ticket.
    pub ticket: Option<String>,
    /// The order.
    pub order: Option<String>,
}

/// Why nothing is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryError {
    /// Nothing is known of the key.
    Nothing,
    /// An empty text fits every line.
    Empty(&'static str),
    /// Not hex digits, or fewer than a group of them.
    Code,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => write!(f, "say what is known of the key"),
            Self::Empty(what) => write!(f, "{what} is empty"),
            Self::Code => write!(f, "a release code is hex digits, at least one group of four"),
        }
    }
}

impl std::error::Error for QueryError {}

impl Query {
    /// The same, looked through once.
    pub fn checked(mut self) -> Result<Self, QueryError> {
        if self == Self::default() {
            return Err(QueryError::Nothing);
        }
        for (what, text) in
            [("the serial", &self.serial), ("the ticket", &self.ticket), ("the order", &self.order)]
        {
            if text.as_ref().is_some_and(|text| text.trim().is_empty()) {
                return Err(QueryError::Empty(what));
            }
        }
        if let Some(code) = &mut self.code {
            code.retain(|c| !c.is_whitespace());
            code.make_ascii_lowercase();
            let digits = code.len() >= MIN_CODE_DIGITS && code.len() <= 64;
            if !digits || !code.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(QueryError::Code);
            }
        }
        Ok(self)
    }

    fn fits(&self, key: &KeyEntry) -> bool {
        let same = |wanted: &Option<String>, found: &Option<String>| match (wanted, found) {
            (None, _) => true,
            (Some(wanted), Some(found)) => wanted.trim().eq_ignore_ascii_case(found),
            (Some(_), None) => false,
        };
        let serial = match (&self.serial, &key.stick.serial) {
            (None, _) => true,
            (Some(tail), Some(serial)) => {
                serial.to_ascii_lowercase().ends_with(&tail.trim().to_ascii_lowercase())
            }
            (Some(_), None) => false,
        };
        let code = self.code.as_ref();
        serial
            && self.ordinal.is_none_or(|ordinal| key.ordinal == Some(ordinal))
            && code.is_none_or(|code| key.release.release_code.to_string().starts_with(code))
            && same(&self.ticket, &key.ticket)
            && same(&self.order, &key.order)
    }
}

/// The lines that fit, oldest first. Where a proof fits, the attempt that wrote
/// this key comes with it.
pub fn find<'a>(ledger: &'a Ledger, query: &Query) -> Vec<&'a Entry> {
    let fitting: Vec<u64> = (ledger.keys())
        .filter(|key| query.fits(key))
        .flat_map(|key| [Some(key.attempt), key.written_as])
        .flatten()
        .collect();
    let wanted = |entry: &&Entry| entry.key().is_some_and(|key| fitting.contains(&key.attempt));
    ledger.attempts().filter(wanted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::production::testing::{begun, order, proved, written};

    fn ledger() -> Ledger {
        let mut ledger = Ledger::default();
        ledger.push(Entry::Order(Box::new(order("4711", 2))));
        ledger.push(Entry::Write(Box::new(written("1-2", "0019E06B9F12"))));
        let mut proof = proved(1, 38);
        proof.stick.serial = Some("0019E06B9F12".to_string());
        ledger.push(Entry::Confirm(Box::new(proof)));
        let mut other = written("1-3", "");
        (other.attempt, other.ticket) = (3, Some("T-9".to_string()));
        ledger.push(Entry::Write(Box::new(other)));
        // Of attempt 1 the end is there, of attempt 4 it is not.
        for (attempt, serial) in [(1, "0019E06B9F12"), (4, "77A0")] {
            let begun = KeyEntry { attempt, ..begun("1-2", serial) };
            ledger.push(Entry::Begun(Box::new(begun)));
        }
        ledger
    }

    fn attempts(query: Query) -> Vec<u64> {
        let ledger = ledger();
        let found = find(&ledger, &query.checked().unwrap());
        found.iter().map(|entry| entry.key().unwrap().attempt).collect()
    }

    #[test]
    fn keys_are_found_by_serial_ordinal_code_ticket_and_order() {
        let text = |text: &str| Some(text.to_string());
        assert_eq!(attempts(Query { serial: text("9f12"), ..Query::default() }), [1, 2]);
        assert_eq!(attempts(Query { ordinal: Some(38), ..Query::default() }), [1, 2]);
        assert_eq!(attempts(Query { code: text("8C8C 8c8c"), ..Query::default() }), [1, 2, 3, 4]);
        assert_eq!(attempts(Query { serial: text("77a0"), ..Query::default() }), [4]);
        assert_eq!(attempts(Query { ticket: text("t-9"), ..Query::default() }), [3]);
        assert_eq!(attempts(Query { order: text("4711"), ..Query::default() }), [1, 2, 3, 4]);
        assert_eq!(attempts(Query { ordinal: Some(39), ..Query::default() }), [0; 0]);
        let both = Query { serial: text("9f12"), ticket: text("T-9"), ..Query::default() };
        assert_eq!(attempts(both), [0; 0]);
    }

    #[test]
    fn a_query_that_fits_everything_is_refused() {
        let text = |text: &str| Some(text.to_string());
        let error = |query: Query| query.checked().unwrap_err();
        assert_eq!(error(Query::default()), QueryError::Nothing);
        let empty = Query { serial: text(" "), ..Query::default() };
        assert_eq!(error(empty), QueryError::Empty("the serial"));
        for code in ["8c", "", "8c8g", "zzzz"] {
            assert_eq!(error(Query { code: text(code), ..Query::default() }), QueryError::Code);
        }
    }
}
