//! Attempts that began and have no end in the log: the power went, the program was
//! killed, or the line of the end could not be kept.
//!
//! Before the first byte goes to a stick the log has a line that says so. What has
//! such a line and no other is no key, whatever it looks like: it is neither counted
//! nor forgotten. It may hold every byte of the image, where only the last line was
//! lost; so it must have been unplugged like any written key before it can be proved
//! ([`Ledger::stayed_since_written`]).

use std::collections::BTreeSet;

use super::entry::{Entry, KeyEntry, StickFacts};
use super::ledger::{Ledger, looks_same, same_place};

impl Ledger {
    /// The lines without those that only say that an attempt began which has an
    /// end: one line for each attempt and order.
    pub fn attempts(&self) -> impl Iterator<Item = &Entry> {
        let ended = self.ended();
        self.entries().iter().filter(move |entry| match entry {
            Entry::Begun(key) => !ended.contains(&key.attempt),
            _ => true,
        })
    }

    /// Attempts to write a key whose end is in the log.
    fn ended(&self) -> BTreeSet<u64> {
        let writes = self.entries().iter().filter_map(|entry| match entry {
            Entry::Write(key) => Some(key.attempt),
            _ => None,
        });
        writes.collect()
    }

    /// True where the end of this attempt to write a key is in the log.
    pub fn has_end(&self, attempt: u64) -> bool {
        self.entries().iter().any(|entry| match entry {
            Entry::Write(key) => key.attempt == attempt,
            _ => false,
        })
    }

    /// Attempts of `order` that began and have no end, oldest first: the power went
    /// or the program was killed meanwhile. Whatever is on these sticks, they are no
    /// keys until they are written again, or proved by a reading of every byte. What
    /// was dealt with since is left out.
    pub fn unfinished(&self, order: Option<&str>) -> Vec<&KeyEntry> {
        let ended = self.ended();
        let mut open: Vec<&KeyEntry> = Vec::new();
        for entry in self.entries().iter().filter(|entry| entry.tells_of_the_stick()) {
            match entry {
                Entry::Order(_) => {}
                Entry::Begun(key) | Entry::Write(key) => open.retain(|b| !same_place(b, key)),
                Entry::Confirm(key) => open.retain(|b| key.written_as != Some(b.attempt)),
            }
            if let Entry::Begun(key) = entry
                && !ended.contains(&key.attempt)
            {
                open.push(key);
            }
        }
        open.retain(|key| key.order.as_deref() == order);
        open
    }

    /// The unfinished attempt that `stick` may come from: the one at its port, or,
    /// for a stick with a serial, the oldest elsewhere. Those in `claimed` are being written
    /// or proved just now.
    pub fn unfinished_for(
        &self,
        stick: &StickFacts,
        order: Option<&str>,
        claimed: &[u64],
    ) -> Option<&KeyEntry> {
        let mut same = self.unfinished(order);
        same.retain(|key| looks_same(&key.stick, stick) && !claimed.contains(&key.attempt));
        let at_port = same.iter().rev().find(|key| key.stick.port == stick.port);
        at_port.or(same.first().filter(|_| stick.serial.is_some())).copied()
    }

    /// The attempt that `stick` comes from, as far as it tells: a written key that
    /// waits, or one whose end is not in the log; the one at its port before others.
    pub fn written_by(&self, stick: &StickFacts, order: Option<&str>) -> Option<&KeyEntry> {
        let waiting = self.waiting_for(stick, order, &[]).map(|found| found.written);
        let unfinished = self.unfinished_for(stick, order, &[]);
        let here = |key: &&KeyEntry| key.stick.port == stick.port;
        let at_port = waiting.filter(here).or(unfinished.filter(here));
        at_port.or(waiting).or(unfinished)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::production::entry::Ending;
    use crate::write::production::testing::{begun, proved, stick, written};

    const ORDER: Option<&str> = Some("4711");

    /// The beginning of attempt `number`.
    fn begins(number: u64, port: &str, serial: &str) -> Entry {
        Entry::Begun(Box::new(KeyEntry { attempt: number, ..begun(port, serial) }))
    }

    /// Its end.
    fn ends(number: u64, port: &str, serial: &str, result: Ending) -> Entry {
        Entry::Write(Box::new(KeyEntry { attempt: number, result, ..written(port, serial) }))
    }

    /// A proof that came to this end.
    fn proof(number: u64, of: Option<u64>, serial: &str, result: Ending) -> Entry {
        let mut key = KeyEntry { attempt: number, written_as: of, result, ..proved(0, 1) };
        key.stick = stick("1-9", serial);
        Entry::Confirm(Box::new(key))
    }

    fn ledger(lines: &[Entry]) -> Ledger {
        let mut ledger = Ledger::default();
        lines.iter().cloned().for_each(|line| ledger.push(line));
        ledger
    }

    fn open(ledger: &Ledger) -> Vec<u64> {
        ledger.unfinished(ORDER).iter().map(|key| key.attempt).collect()
    }

    #[test]
    fn an_attempt_without_an_end_is_neither_counted_nor_forgotten() {
        let mut order = crate::write::production::testing::order("4711", 5);
        order.keys = 5;
        let all = ledger(&[
            Entry::Order(Box::new(order)),
            begins(1, "1-1", "A"),
            begins(2, "1-2", "B"),
            ends(2, "1-2", "B", Ending::Done),
            begins(3, "1-3", ""),
        ]);
        assert_eq!(open(&all), [1, 3]);
        assert_eq!(all.next_attempt(), 4);
        let progress = all.progress("4711").unwrap();
        assert_eq!((progress.proved, progress.failed, progress.waiting), (0, 0, 1));
        let shown: Vec<u64> = all.attempts().filter_map(Entry::key).map(|k| k.attempt).collect();
        assert_eq!(shown, [1, 2, 3], "one line for each attempt");
        assert!(all.has_end(2) && !all.has_end(1));
        assert!(all.unfinished(None).is_empty(), "of no order");
        for (port, serial) in [("1-1", "A"), ("1-3", "")] {
            // Nor written over unseen: another stick may say the same of itself.
            assert!(!all.is_spoiled(&stick(port, serial), ORDER), "{port}");
            assert!(all.unfinished_for(&stick(port, serial), ORDER, &[]).is_some(), "{port}");
            assert!(all.unfinished_for(&stick(port, serial), ORDER, &[1, 3]).is_none(), "{port}");
            assert!(all.waiting_for(&stick(port, serial), ORDER, &[]).is_none(), "{port}");
        }
        assert!(!all.is_spoiled(&stick("1-2", "B"), ORDER));
    }

    #[test]
    fn a_stick_that_was_begun_must_be_unplugged_before_it_is_proved() {
        let here = StickFacts { plugged: Some("boot-7".into()), ..stick("1-1", "A") };
        let mut first = begun("1-1", "A");
        first.stick.plugged = here.plugged.clone();
        let all = ledger(&[Entry::Begun(Box::new(first))]);
        assert!(all.stayed_since_written(&here));
        let again = StickFacts { plugged: Some("boot-8".into()), ..here.clone() };
        assert!(!all.stayed_since_written(&again));
        // Where pluggings-in have no numbers, it must be seen to go and come back.
        let unnumbered = stick("1-1", "A");
        assert!(all.may_have_stayed(&unnumbered));
        let linked = [begins(1, "1-1", "A"), proof(2, Some(1), "A", Ending::Proved)];
        assert!(!ledger(&linked).may_have_stayed(&unnumbered));
    }

    #[test]
    fn what_is_written_again_or_proved_is_unfinished_no_more() {
        let first = begins(1, "1-1", "A");
        let again = [first.clone(), begins(2, "1-1", "A"), ends(2, "1-1", "A", Ending::Done)];
        assert_eq!(open(&ledger(&again)), [0; 0]);
        assert_eq!(open(&ledger(&again[..2])), [2], "cut off twice");
        let proved = [first.clone(), proof(2, Some(1), "A", Ending::Proved)];
        assert_eq!(open(&ledger(&proved)), [0; 0]);
        // Not by its twin, nor by a proof that was not finished.
        let twin = [
            first.clone(),
            begins(2, "1-2", "A"),
            ends(2, "1-2", "A", Ending::Done),
            proof(3, Some(2), "A", Ending::Proved),
            proof(4, Some(1), "A", Ending::CannotTell),
        ];
        assert_eq!(open(&ledger(&twin)), [1]);
        // Its own end, however it came out.
        for result in [Ending::Failed, Ending::Cancelled, Ending::Done] {
            assert_eq!(open(&ledger(&[first.clone(), ends(1, "1-1", "A", result)])), [0; 0]);
        }
    }

    #[test]
    fn a_key_that_waited_is_no_more_once_its_place_is_begun_again() {
        let done = [begins(1, "1-1", "A"), ends(1, "1-1", "A", Ending::Done)];
        assert_eq!(ledger(&done).waiting(ORDER).len(), 1);
        let again = [&done[..], &[begins(2, "1-1", "A")]].concat();
        assert!(ledger(&again).waiting(ORDER).is_empty());
        let proved = [&done[..], &[proof(2, Some(1), "A", Ending::Proved)]].concat();
        assert!(ledger(&proved).proved_before(&stick("1-1", "A"), ORDER).is_some());
        let erased = [&proved[..], &[begins(3, "1-1", "A")]].concat();
        assert!(ledger(&erased).proved_before(&stick("1-1", "A"), ORDER).is_none());
    }

    #[test]
    fn a_stick_that_comes_back_is_the_one_that_was_begun_at_its_port() {
        let all = ledger(&[
            begins(1, "1-1", "A"),
            begins(2, "1-2", "A"),
            ends(2, "1-2", "A", Ending::Done),
            begins(3, "1-3", ""),
        ]);
        let number = |port: &str, serial: &str| {
            all.written_by(&stick(port, serial), ORDER).map(|key| key.attempt)
        };
        assert_eq!(number("1-1", "A"), Some(1));
        assert_eq!(number("1-2", "A"), Some(2));
        assert_eq!(number("1-7", "A"), Some(2), "one that is written before one that is not");
        assert_eq!(number("1-3", ""), Some(3));
        assert_eq!(number("1-7", ""), None, "without a serial the port alone tells");
        assert_eq!(number("1-1", "B"), None);
        let alone = ledger(&[begins(1, "1-1", "A")]);
        let found = alone.written_by(&stick("1-7", "A"), ORDER);
        assert_eq!(found.map(|key| key.attempt), Some(1));
    }
}
