//! What a threshold that is not enforced changes, and what it never does.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::super::detail::Detail;
use super::super::finding::Unpinned;
use super::super::report::Verdict;
use super::*;
use crate::seal::layout::SUMS;
use crate::seal::manifest::tests::sample;
use crate::seal::testing::{TestKey, chain, first_document, next_document, role, signed};
use crate::seal::timestamp::Timestamp;
use crate::seal::trust::TrustDocument;
use crate::source::folder::FolderSource;

/// A release folder signed by the first `signers` of two, both of whom must
/// sign, and the chain to check it by.
pub(super) fn release(signers: usize) -> (tempfile::TempDir, Chain) {
    let folder = tempfile::tempdir().unwrap();
    let root = TestKey::new(1);
    let release = [2, 3].map(TestKey::new);
    let chain = chain(
        &first_document(role(1, &[&root]), role(2, &release.iter().collect::<Vec<_>>())),
        &[&root],
    );
    let manifest = sample();
    let mut files = BTreeMap::new();
    for file in &manifest.files {
        files.insert(file.path.clone(), vec![7; file.size as usize]);
    }
    files.insert(MANIFEST.to_string(), manifest.print().unwrap());
    let lines = files.iter().map(|(path, bytes)| (path.clone(), Digest::of(bytes))).collect();
    let sums = Sums::new(lines).unwrap().print();
    let (publisher, product, version) = (&manifest.publisher, &manifest.product, &manifest.version);
    let comment = release_comment(publisher, product, version, manifest.position());
    for key in &release[..signers] {
        files.insert(sums_signature(key.public.id()), key.sign(&sums, &comment));
    }
    files.insert(SUMS.to_string(), sums);
    files.extend(chain.files());
    for (path, bytes) in &files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    (folder, chain)
}

/// Whether a taker was asked to begin, and the bytes that it was given.
#[derive(Default)]
struct Taken(bool, usize);

impl Taker for Taken {
    fn begin(&mut self, _release: &Accepted) -> io::Result<()> {
        self.0 = true;
        Ok(())
    }
    fn file_bytes(&mut self, _path: &str, bytes: &[u8]) -> io::Result<()> {
        self.1 += bytes.len();
        Ok(())
    }
}

fn plain_request(held: Held) -> Request<'static> {
    Request {
        name: "release".to_string(),
        device: None,
        scope: Scope::WholeMedium,
        threshold: Threshold::Enforce,
        expected: FileSet::Release,
        held,
        history: &|_| History::NotChecked,
        older: Older::Refuse,
        product: None,
        required_level: None,
        clock: None,
    }
}

fn decided(folder: &Path, held: Held, threshold: Threshold) -> (Decision, Taken) {
    let request = Request { threshold, ..plain_request(held) };
    let mut taken = Taken::default();
    let mut source = FolderSource::open(folder).unwrap();
    let decision = check(&mut source, &request, &mut taken, &mut |_, _| ());
    (decision, taken)
}

#[test]
fn enforced_threshold_reads_nothing_that_too_few_signed() {
    for (signers, code) in [(0, "M-301"), (1, "M-302")] {
        let (folder, chain) = release(signers);
        let (decision, taken) = decided(folder.path(), Held::Chain(chain), Threshold::Enforce);
        assert!(decision.accepted.is_none() && decision.report.manifest.is_none());
        assert!(decision.report.findings.iter().any(|kind| kind.code() == code));
        assert_eq!(decision.report.verdict(), Verdict::Fail);
        assert!(!taken.0 && !decision.is_promising());
    }
}

#[test]
fn release_still_being_signed_is_compared_to_its_end_and_never_passes() {
    for signers in [0, 1] {
        let (folder, chain) = release(signers);
        let unpinned = Held::Unpinned(Unpinned::NoAnchor);
        for (held, outcome) in [(Held::Chain(chain), 1), (unpinned, 6)] {
            let (decision, taken) = decided(folder.path(), held, Threshold::StillBeingSigned);
            let report = &decision.report;
            let above: Vec<_> =
                report.findings.iter().filter(|kind| kind.severity() == Severity::Fail).collect();
            assert_eq!(above, Vec::<&Kind>::new(), "too few signatures are no finding");
            let missing = |kind: &&Kind| matches!(kind, Kind::SignatureMissing { .. });
            assert_eq!(report.findings.iter().filter(missing).count(), 2 - signers);
            assert_eq!(report.signers.as_ref().unwrap().counted.len(), signers);
            assert!(decision.accepted.is_some() && report.compared.is_some());
            assert_eq!(report.verdict().outcome().exit_code(), outcome);
            // Its bytes may not be used, either.
            assert!(!decision.is_promising());
            assert_eq!((taken.0, taken.1), (false, 0));
        }
    }
}

#[test]
fn release_still_being_signed_with_enough_signers_is_judged_like_any_other() {
    let (folder, chain) = release(2);
    let mut reports = Vec::new();
    for threshold in [Threshold::Enforce, Threshold::StillBeingSigned] {
        let (decision, taken) = decided(folder.path(), Held::Chain(chain.clone()), threshold);
        assert_eq!(decision.report.verdict(), Verdict::Pass(Level::FilesOnly));
        assert!(taken.0 && taken.1 > 0 && decision.is_promising());
        reports.push(format!("{:?}", decision.report));
    }
    assert_eq!(reports[0], reports[1]);
}

#[test]
fn release_still_being_signed_has_every_other_finding() {
    let (folder, chain) = release(1);
    let payload = sample().payload.path;
    let mut bytes = fs::read(folder.path().join(&payload)).unwrap();
    bytes[0] ^= 1;
    fs::write(folder.path().join(&payload), bytes).unwrap();
    fs::write(folder.path().join("AUTORUN.INF"), b"[autorun]").unwrap();
    let rogue = TestKey::new(9);
    fs::write(folder.path().join(sums_signature(rogue.public.id())), b"x").unwrap();
    let (decision, _) = decided(folder.path(), Held::Chain(chain), Threshold::StillBeingSigned);
    let mut codes: Vec<String> = decision
        .report
        .findings
        .iter()
        .filter(|kind| kind.severity() > Severity::Note)
        .map(Kind::code)
        .collect();
    codes.sort();
    assert_eq!(codes, ["M-118", "M-214", "M-303"]);
    assert_eq!(decision.report.compared, None);
}

#[test]
fn nobody_known_here_is_a_finding_and_never_a_pass() {
    let (folder, chain) = release(2);
    let broken = Kind::StateLost { detail: Detail::said("torn") };
    for (held, code) in
        [(Held::Unpinned(Unpinned::NoAnchor), "M-420"), (Held::Broken(broken.clone()), "M-421")]
    {
        assert!(held.finding().is_some() && !held.is_demo());
        let (decision, taken) = decided(folder.path(), held, Threshold::Enforce);
        let codes: Vec<String> = decision.report.findings.iter().map(Kind::code).collect();
        assert!(codes.iter().any(|found| found == code), "{codes:?}");
        assert_eq!(decision.report.verdict().outcome().exit_code(), 6);
        assert!(!taken.0);
    }
    assert_eq!(Held::Chain(chain).finding(), None);
}

/// An accepted release, the chain it was judged by, and that chain with one
/// document more.
fn accepted(change: impl FnOnce(&mut TrustDocument)) -> (Accepted, Chain, Chain) {
    let (folder, chain) = release(2);
    let held = Held::Chain(chain.clone());
    let (decision, _) = decided(folder.path(), held, Threshold::Enforce);
    let mut longer = chain.clone();
    longer.extend(signed(&next_document(&chain, change), &[&TestKey::new(1)])).unwrap();
    (decision.accepted.unwrap(), chain, longer)
}

#[test]
fn a_release_is_judged_again_by_the_longer_chain() {
    let again = |release: &Accepted, stored: &Chain| {
        judge_again(release, stored, History::First, Older::Refuse)
    };
    let (release, chain, longer) = accepted(|d| {
        d.roles.release = role(1, &[&TestKey::new(9)]);
    });
    assert_eq!(again(&release, &chain), []);
    let left = [Kind::TooFewSigners { counted: 0, needed: 1 }];
    assert_eq!(again(&release, &longer), left);
    // What was stored is behind what the release itself brought.
    let brought = Accepted { chain: longer, ..release };
    assert_eq!(again(&brought, &chain), left);
    let code = brought.release_code;
    let (release, _, longer) = accepted(|d| d.withdrawn.push(code));
    assert_eq!(again(&release, &longer), [Kind::Withdrawn]);
}

#[test]
fn a_clock_before_the_release_or_after_its_advice_is_a_notice() {
    let (folder, chain) = release(2);
    let manifest = sample();
    let (issued, advise_after) = (manifest.issued, manifest.advise_after);
    let noticed = |clock: &str| {
        let clock = Timestamp::parse(clock).unwrap();
        let request = Request { clock: Some(clock), ..plain_request(Held::Chain(chain.clone())) };
        let mut source = FolderSource::open(folder.path()).unwrap();
        let report = check(&mut source, &request, &mut TakeNothing, &mut |_, _| ()).report;
        assert!(matches!(report.verdict(), Verdict::Pass(_)));
        let clocks = report.findings.into_iter();
        clocks
            .filter(|k| matches!(k, Kind::ClockBeforeIssued { .. } | Kind::AdviceDue { .. }))
            .collect::<Vec<_>>()
    };
    let before = Timestamp::parse("2026-11-23T09:59:58Z").unwrap();
    assert_eq!(
        noticed("2026-11-23T09:59:58Z"),
        [Kind::ClockBeforeIssued { clock: before, issued }]
    );
    assert_eq!(noticed("2026-11-23T10:00:00Z"), []);
    assert_eq!(noticed("2027-11-23T09:59:58Z"), []);
    assert_eq!(noticed("2027-11-23T10:00:00Z"), [Kind::AdviceDue { date: advise_after }]);
}
