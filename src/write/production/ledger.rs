//! What all lines of a production log together say. Nothing else is asked.

use std::collections::BTreeSet;

use super::entry::{Ending, Entry, KeyEntry, Order, StickFacts};

/// The lines, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    entries: Vec<Entry>,
}

/// How far an order is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Keys that are to leave.
    pub keys: u32,
    /// Ordinals that are given.
    pub proved: u32,
    /// Sticks that were found bad and did not become a key later.
    pub failed: u32,
    /// Keys that are written and not proved yet.
    pub waiting: u32,
}

impl Progress {
    /// `2 sticks failed`
    pub fn failed_sticks(&self) -> String {
        match self.failed {
            1 => "1 stick failed".to_string(),
            failed => format!("{failed} sticks failed"),
        }
    }

    /// True once every key of the order is proved.
    pub fn is_complete(&self) -> bool {
        self.proved >= self.keys
    }
}

/// Which written key a stick is that was plugged in again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting<'a> {
    /// The attempt that wrote it.
    pub written: &'a KeyEntry,
    /// Several written keys say the same of themselves; this one was chosen by
    /// its port and time.
    pub by_port: bool,
}

impl Ledger {
    /// One line more.
    pub fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Every line.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The lines about keys.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &KeyEntry> {
        self.entries.iter().filter_map(Entry::key)
    }

    /// Those of them after which more is known of what is on the stick.
    fn told(&self) -> impl DoubleEndedIterator<Item = &KeyEntry> {
        self.entries.iter().filter(|entry| entry.tells_of_the_stick()).filter_map(Entry::key)
    }

    /// The order of this name.
    pub fn order(&self, name: &str) -> Option<&Order> {
        self.entries.iter().find_map(|entry| match entry {
            Entry::Order(order) if order.order == name => Some(&**order),
            _ => None,
        })
    }

    /// The number of the next attempt with a key.
    pub fn next_attempt(&self) -> u64 {
        self.keys().map(|key| key.attempt).max().unwrap_or(0) + 1
    }

    /// The keys of `order` that are proved. Without an order: those that belong
    /// to none.
    pub fn proved<'a>(&'a self, order: Option<&'a str>) -> impl Iterator<Item = &'a KeyEntry> {
        self.keys().filter(move |key| key.result == Ending::Proved && key.order.as_deref() == order)
    }

    /// The ordinal that the next proved key of `order` gets. Ordinals are never
    /// given twice, also where a key was put aside later.
    pub fn next_ordinal(&self, order: Option<&str>) -> u32 {
        self.proved(order).filter_map(|key| key.ordinal).max().unwrap_or(0) + 1
    }

    /// Who gets the key with this ordinal.
    pub fn recipient(&self, order: Option<&str>, ordinal: u32) -> Option<&str> {
        let order = self.order(order?)?;
        order.recipients.get(ordinal as usize - 1).map(String::as_str)
    }

    /// How far the order of this name is.
    pub fn progress(&self, name: &str) -> Option<Progress> {
        let order = self.order(name)?;
        let failed = self.keys().enumerate().filter(|(at, key)| {
            key.order.as_deref() == Some(name)
                && key.result == Ending::Failed
                && !self.became_a_key_after(*at, key)
        });
        Some(Progress {
            keys: order.keys,
            proved: self.numbered(name),
            failed: failed.count() as u32,
            waiting: self.waiting(Some(name)).len() as u32,
        })
    }

    /// Ordinals of the order that are given; one that is proved again counts once.
    fn numbered(&self, order: &str) -> u32 {
        let ordinals: BTreeSet<u32> =
            self.proved(Some(order)).filter_map(|key| key.ordinal).collect();
        ordinals.len() as u32
    }

    /// True where the same stick, as far as its serial tells, was proved after
    /// line `at`.
    fn became_a_key_after(&self, at: usize, failed: &KeyEntry) -> bool {
        failed.stick.serial.is_some()
            && self
                .keys()
                .skip(at + 1)
                .any(|key| key.result == Ending::Proved && looks_same(&key.stick, &failed.stick))
    }

    /// Keys of `order` that are written and wait for their proof, oldest first.
    /// A proof that came to another end uses its key up: it is written again.
    pub fn waiting(&self, order: Option<&str>) -> Vec<&KeyEntry> {
        let used: Vec<u64> = (self.entries.iter())
            .filter_map(|entry| match entry {
                // Read badly, in use or without the protection: it can be tried again.
                Entry::Confirm(key) if entry.tells_of_the_stick() => key.written_as,
                _ => None,
            })
            .collect();
        let mut waiting: Vec<&KeyEntry> = Vec::new();
        for entry in &self.entries {
            let (Entry::Begun(key) | Entry::Write(key)) = entry else { continue };
            // A stick that is written again at the same place is no longer what
            // it was, whatever came of it. One that was refused is.
            if !entry.tells_of_the_stick() {
                continue;
            }
            waiting.retain(|before| !same_place(before, key));
            let open = key.result == Ending::Done && !used.contains(&key.attempt);
            if open && key.order.as_deref() == order {
                waiting.push(key);
            }
        }
        waiting
    }

    /// The written key that `stick` is, which was plugged in again. Sticks
    /// without a serial, or with equal ones, are told apart by port, then by
    /// time: the last one that was written there.
    /// Attempts in `claimed` are being proved just now.
    pub fn waiting_for(
        &self,
        stick: &StickFacts,
        order: Option<&str>,
        claimed: &[u64],
    ) -> Option<Waiting<'_>> {
        let mut same = self.waiting(order);
        same.retain(|key| looks_same(&key.stick, stick) && !claimed.contains(&key.attempt));
        let at_port = same.iter().rev().find(|key| key.stick.port == stick.port);
        let by_port = same.len() > 1 || stick.serial.is_none();
        // At another port, the one that has waited longest.
        let written = at_port.or(same.first())?;
        Some(Waiting { written, by_port })
    }

    /// True where the last thing that the log says of this stick is that it is
    /// no key (any more): it is to be written, whatever it looks like. A stick
    /// without a serial is known by its port alone.
    pub fn is_spoiled(&self, stick: &StickFacts, order: Option<&str>) -> bool {
        let last = self.told().rev().find(|key| {
            let named = stick.serial.is_some() || key.stick.port == stick.port;
            named && looks_same(&key.stick, stick) && key.order.as_deref() == order
        });
        last.is_some_and(|key| matches!(key.result, Ending::OsChanges | Ending::Failed))
    }

    /// True where this stick was written and not unplugged since, whatever order
    /// that was for: what the system reads of it may still come from the stick's
    /// own memory, and its switch was not set.
    pub fn stayed_since_written(&self, stick: &StickFacts) -> bool {
        stick.plugged.is_some()
            && self.entries.iter().any(|entry| match entry {
                Entry::Begun(key) | Entry::Write(key) => {
                    key.result != Ending::Refused && key.stick.plugged == stick.plugged
                }
                _ => false,
            })
    }

    /// True where nobody knows whether this stick was unplugged since it was
    /// written: the system does not number pluggings-in (Linux before 5.15,
    /// Windows), and the log has a written key that says the same of itself and
    /// was not proved yet. Whoever asks must see the stick go and come back.
    pub fn may_have_stayed(&self, stick: &StickFacts) -> bool {
        let proofs = || self.entries.iter().filter(|entry| entry.tells_of_the_stick());
        let was_plugged_in_again = |attempt: u64| {
            proofs().any(
                |entry| matches!(entry, Entry::Confirm(key) if key.written_as == Some(attempt)),
            )
        };
        stick.plugged.is_none()
            && self.entries.iter().any(|entry| match entry {
                Entry::Begun(key) | Entry::Write(key) => {
                    entry.tells_of_the_stick()
                        && looks_same(&key.stick, stick)
                        && !was_plugged_in_again(key.attempt)
                }
                _ => false,
            })
    }

    /// The last proof in `order` of a stick that says the same of itself; without
    /// a serial, or with a common one, it need not be this stick's.
    pub fn proved_like(&self, stick: &StickFacts, order: Option<&str>) -> Option<&KeyEntry> {
        self.keys().rev().find(|key| {
            key.result == Ending::Proved
                && key.order.as_deref() == order
                && looks_same(&key.stick, stick)
        })
    }

    /// The proof that this stick already has, where no written key waits that
    /// it could be: the same stick once more, as far as its serial tells.
    pub fn proved_before(&self, stick: &StickFacts, order: Option<&str>) -> Option<&KeyEntry> {
        if self.waiting_for(stick, order, &[]).is_some() {
            return None;
        }
        // Not unplugged since: the same key, whatever it says of itself.
        let stayed = |key: &KeyEntry| stick.plugged.is_some() && key.stick.plugged == stick.plugged;
        let named = |key: &KeyEntry| stick.serial.is_some() && looks_same(&key.stick, stick);
        let last = self
            .told()
            .rev()
            .find(|key| key.order.as_deref() == order && (stayed(key) || named(key)));
        last.filter(|key| key.result == Ending::Proved)
    }

    /// A proof that may be this stick's although the log says last of one with
    /// its serial that it failed, was changed, or was written and waits: that may
    /// have been its twin, at this port too. Only a person tells them apart.
    pub fn perhaps_proved(&self, stick: &StickFacts, order: Option<&str>) -> Option<&KeyEntry> {
        let proved = self.proved_like(stick, order).filter(|_| stick.serial.is_some())?;
        self.proved_before(stick, order).is_none().then_some(proved)
    }

    /// True where the last proof of this stick that was finished found every byte
    /// right but the protection open: what was proved before says no more that it
    /// may leave.
    pub fn was_open_lately(&self, stick: &StickFacts, order: Option<&str>) -> bool {
        let last = self.entries.iter().rev().find_map(|entry| match entry {
            Entry::Confirm(key)
                if (key.result == Ending::NotProtected || entry.tells_of_the_stick())
                    && key.order.as_deref() == order
                    && looks_same(&key.stick, stick) =>
            {
                Some(key.result)
            }
            _ => None,
        });
        last == Some(Ending::NotProtected)
    }
}

/// A stick that looks the same at the same port: as far as can be told, the same.
pub(super) fn same_place(one: &KeyEntry, other: &KeyEntry) -> bool {
    one.stick.port == other.stick.port && looks_same(&one.stick, &other.stick)
}

/// True where both say the same of themselves. The port is no part of it.
pub fn looks_same(one: &StickFacts, other: &StickFacts) -> bool {
    let facts = |stick: &StickFacts| {
        let StickFacts { serial, vendor_id, product_id, bytes, .. } = stick.clone();
        (serial, vendor_id, product_id, bytes)
    };
    facts(one) == facts(other)
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
