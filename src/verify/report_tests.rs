use super::super::detail::Detail;
use super::super::finding::tests::samples;
use super::super::json::{self, Ending};
use super::super::outcome::Failure;
use super::super::rollback::Rollback;
use super::super::text;
use super::*;
use crate::seal::manifest::tests::sample;
use crate::seal::signers;
use crate::seal::testing::{TestKey, chain, first_document, role};
use crate::source::{Doing, SourceError};
use crate::text::Language;

/// A report with all evidence.
fn complete() -> Report {
    let [root, release] = [1, 2].map(TestKey::new);
    let chain = chain(&first_document(role(1, &[&root]), role(1, &[&release])), &[&root]);
    let signature = release.sign(b"sums", "comment");
    let mut report = Report::new("source".into(), Level::Volume, Pin::Pinned);
    let files = [(release.public.id(), signature.as_slice())];
    report.signers = Some(signers::count(&chain, b"sums", files));
    report.chain = Some(chain);
    report.manifest = Some(sample());
    report.rollback = Some(Rollback::First);
    report.compared = Compared::new(Level::Volume, 3, 22);
    report
}

#[test]
fn pass_needs_every_piece_of_evidence() {
    assert_eq!(complete().verdict(), Verdict::Pass(Level::Volume));
    let without = |change: fn(&mut Report)| {
        let mut report = complete();
        change(&mut report);
        report.verdict()
    };
    assert_eq!(without(|r| r.compared = None), Verdict::Fail);
    assert_eq!(without(|r| r.signers = None), Verdict::Fail);
    assert_eq!(without(|r| r.manifest = None), Verdict::Fail);
    assert_eq!(without(|r| r.chain = None), Verdict::Fail);
    assert_eq!(without(|r| r.rollback = None), Verdict::Fail);
    let empty = without(|r| r.signers.as_mut().unwrap().counted.clear());
    assert_eq!(empty, Verdict::Fail);
    let threshold = without(|r| r.signers.as_mut().unwrap().needed = 0);
    assert_eq!(threshold, Verdict::Fail);
    assert_eq!(Compared::new(Level::Volume, 0, 10), None);
    assert_eq!(Compared::new(Level::Volume, 1, 0), None);
    let trust = Verdict::CannotTell(Outcome::TrustSetUp);
    assert_eq!(without(|r| r.pin = Pin::Unpinned(Unpinned::NoAnchor)), trust);
    assert_eq!(without(|r| r.pin = Pin::Broken), trust);
    let report = Report::new("x".into(), Level::Volume, Pin::Pinned);
    assert_eq!(report.verdict(), Verdict::Fail, "nothing was compared");
}

#[test]
fn fail_wins_then_trust_then_unread() {
    let unread = Kind::SourceError { detail: Detail::said("x") };
    let trust = Kind::StateNewer;
    let with = |findings: &[Kind]| {
        let mut report = complete();
        report.findings = findings.to_vec();
        report.verdict().outcome()
    };
    assert_eq!(with(&[Kind::Rerun, Kind::WriteProtected]), Outcome::Done);
    assert_eq!(with(std::slice::from_ref(&unread)), Outcome::Io);
    assert_eq!(with(&[unread.clone(), trust.clone()]), Outcome::TrustSetUp);
    assert_eq!(with(&[unread, Kind::Withdrawn, trust]), Outcome::Fail);
}

#[test]
fn os_changes_are_their_own_class_only_alone() {
    let mut report = complete();
    report.findings = vec![Kind::OsChanges, Kind::OsDiskSignature, Kind::Rerun];
    assert!(report.is_os_changes());
    report.findings.push(Kind::FileMissing { path: "x".into() });
    assert!(!report.is_os_changes());
    report.findings.clear();
    assert!(!report.is_os_changes());
    report.compared = None;
    assert_eq!(report.verdict(), Verdict::Fail);
    assert!(!report.is_os_changes(), "a FAIL that no finding stands for");
}

#[test]
fn a_path_is_shown_so_that_it_can_be_copied() {
    let mut report = complete();
    report.source = r"\\.\E:".to_string();
    let head = |report: &Report| {
        let text = text::render(report, Language::English);
        text.lines().next().unwrap().to_string()
    };
    assert_eq!(head(&report), r"  Source      \\.\E:");
    // A device that tells no name has its path alone; a name acts on nothing.
    report.device = Some(String::new());
    assert_eq!(head(&report), r"  Medium      \\.\E:");
    report.device = Some("Maker\u{1b}[2J".to_string());
    assert_eq!(head(&report), r"  Medium      Maker\u{1b}[2J (\\.\E:)");
    let error = std::io::Error::other("no such place");
    let error = SourceError::io(r"C:\Users\x", Doing::Reading, error);
    report.findings.push(Kind::SourceError { detail: Detail::unreadable(&error) });
    for language in Language::ALL {
        let text = text::render(&report, language);
        // A line may break before the path.
        let words: Vec<&str> = text.split_whitespace().collect();
        assert!(words.iter().any(|word| word.contains(r"C:\Users\x")), "{text}");
        assert!(words.join(" ").contains("no such place") && !text.contains(r"\\U"), "{text}");
    }
}

#[test]
fn json_has_the_device_s_name_escaped_and_what_could_not_be_done() {
    let device = |name: Option<&str>| {
        let mut report = complete();
        report.device = name.map(str::to_string);
        let text = json::render(&report, &Ending::of(&report), Language::English);
        serde_json::from_str::<serde_json::Value>(&text).unwrap()["device"].clone()
    };
    assert_eq!(device(None), serde_json::Value::Null);
    assert_eq!(device(Some("")), serde_json::Value::Null);
    assert_eq!(device(Some("Maker\u{1b}[2J")), r"Maker\u{1b}[2J");
    let failure = Failure::new(Outcome::Io, "no such place", "look again");
    let text = json::failed("check", &failure);
    let said: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(said["action"], "check");
    assert_eq!((&said["failure"], &said["next"]), (&"no such place".into(), &"look again".into()));
    assert_eq!(said["exit_code"], 3);
    assert!(text.ends_with("}\n"));
}

#[test]
fn whatever_decides_a_verdict_is_printed_with_its_number() {
    let position = sample().position();
    let rollbacks = [
        None,
        Some(Rollback::Fails),
        Some(Rollback::NotChecked),
        Some(Rollback::First),
        Some(Rollback::Follows(position)),
        Some(Rollback::Same),
        Some(Rollback::OlderAccepted(position)),
    ];
    let pins = [Pin::Pinned, Pin::Unpinned(Unpinned::NoAnchor), Pin::Broken];
    let mut printed = 0;
    // The eights are about the computer: the procedure shows them before it
    // changes anything, in a list of its own.
    let of_a_check = |kind: &Kind| !(800..900).contains(&kind.facts(Language::English).number);
    let decides = |kind: &Kind| kind.severity() > Severity::Note && of_a_check(kind);
    for kind in samples().into_iter().filter(decides) {
        for (rollback, pin) in rollbacks.iter().flat_map(|r| pins.iter().map(move |p| (r, p))) {
            for language in Language::ALL {
                let mut report = complete();
                (report.rollback, report.pin) = (*rollback, *pin);
                report.findings = vec![kind.clone()];
                let text = text::render(&report, language);
                assert!(text.contains(&kind.code()), "{kind:?}, {rollback:?}, {pin:?}:\n{text}");
                printed += 1;
            }
        }
    }
    assert!(printed > 1_000, "{printed}");
}
