//! What a person reads at a port, at most 55 columns: a board is 80 wide.

use super::board::Mood;
use crate::text::Language;
use crate::write::confirm::{RequireProtection, Seen};
use crate::write::event::{Phase, Progress};
use crate::write::production::entry::{Ending, KeyEntry};
use crate::write::result::Ended;
use crate::write::show;

const CHANGED: &str = "changed by a system: unplug it, open the switch, plug in";
const UNPROTECTED: &str = "NOT protected: unplug it, set the switch, plug in again";

/// `writing  61 %   18 MB/s   12 s left`
pub(super) fn writing(phase: Phase, progress: &Progress) -> String {
    let percent = progress.done * 100 / progress.all.max(1);
    let left = progress.left.map(|left| format!("   {} left", show::time(left)));
    format!(
        "{} {percent:>3} %   {}{}",
        doing(phase),
        show::rate(progress.rate),
        left.unwrap_or_default()
    )
}

/// How writing ended.
pub(super) fn written(ended: &Ended, protection: RequireProtection) -> (Mood, String) {
    match ended {
        Ended::Done => {
            let text = match protection {
                RequireProtection::Yes => "unplug it, set the switch, plug it in again",
                RequireProtection::No => "unplug it, set the switch (if any), plug it in again",
            };
            (Mood::Replug, text.to_string())
        }
        Ended::Failed(fault) => (Mood::Failed, failed(fault.offset(), fault.word())),
        Ended::Unlogged => (Mood::Failed, "NO KEY: without a line in the log".to_string()),
        Ended::Cancelled => (Mood::Odd, "stopped: it is no key, write it again".to_string()),
        other => (Mood::Odd, format!("not written: {}", other.detail())),
    }
}

/// Why it was not proved. What is said of one that was stands in [`proved`].
pub(super) fn not_proved(seen: &Seen) -> (Mood, String) {
    let (mood, text) = match seen.ending {
        Ending::Failed => return (Mood::Failed, failed(seen.first_bad_offset, "proof")),
        Ending::OsChanges => (Mood::Odd, CHANGED),
        Ending::NotProtected => (Mood::Replug, UNPROTECTED),
        _ => return (Mood::Odd, format!("not proved: {}", seen.detail)),
    };
    (mood, text.to_string())
}

/// A proved key, and what is said of its card.
pub(super) fn proved(entry: &KeyEntry, card: &str) -> String {
    let protected = match entry.protection.reported {
        Some(true) => "write-protected",
        Some(false) => "NOT write-protected",
        None => "protection unknown",
    };
    let ordinal = entry.ordinal.unwrap_or_default();
    format!("proved, {protected}   number {ordinal}   {card}")
}

fn failed(offset: Option<u64>, word: &str) -> String {
    match offset {
        Some(offset) => {
            let offset = Language::English.number(offset);
            format!("FAILED at byte {offset}: unplug it now, put aside")
        }
        None => format!("FAILED ({word}): unplug it now, put aside"),
    }
}

fn doing(phase: Phase) -> &'static str {
    match phase {
        Phase::Open | Phase::Clear | Phase::Capacity => "preparing",
        Phase::Write => "writing",
        Phase::Verify | Phase::Boot => "reading back",
        Phase::Eject => "ejecting",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::production::testing;
    use crate::write::result::Fault;

    /// Columns beside port and serial.
    const ROOM: usize = 56;

    #[test]
    fn what_a_person_must_do_is_never_cut_off() {
        let mut said = vec![proved(&testing::proved(1, 12_345), "card 4711-12345")];
        for protection in [RequireProtection::Yes, RequireProtection::No] {
            let faults =
                [Fault::Removed { offset: 64 << 30 }, Fault::Flush { detail: "x".repeat(99) }];
            let failed = faults.map(Ended::Failed);
            let ends = failed.into_iter().chain([Ended::Done, Ended::Cancelled]);
            said.extend(ends.map(|ended| written(&ended, protection).1));
        }
        said.extend([CHANGED, UNPROTECTED].map(String::from));
        for text in said {
            assert!(text.chars().count() <= ROOM, "{}: {text}", text.chars().count());
        }
    }
}
