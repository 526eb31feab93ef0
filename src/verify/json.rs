//! A report for programs: one JSON object with a `schema` number.
//!
//! Fields are added, never renamed or given another meaning, without raising
//! [`SCHEMA`]. Texts of findings are in the language of the run; their codes,
//! severities and values are not.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::seal::names::{escape, escape_message};
use crate::seal::signers::{Signed, Signer};
use crate::text::Language;

use super::finding::{Kind, Severity};
use super::outcome::{Failure, Outcome};
use super::report::{Pin, Report, Verdict};
use super::rollback::Rollback;

/// The shape of the object.
pub const SCHEMA: u32 = 1;

/// The object. What could not be learned is `null`.
#[derive(Serialize)]
struct ReportJson {
    schema: u32,
    program: String,
    verdict: &'static str,
    outcome: &'static str,
    exit_code: u8,
    copied: Option<String>,
    failure: Option<String>,
    level: &'static str,
    demo: bool,
    os_changes: bool,
    pinned: bool,
    source: String,
    device: Option<String>,
    release_code: Option<String>,
    release: Option<ReleaseJson>,
    integrity: IntegrityJson,
    signers: Option<SignersJson>,
    trust: Option<TrustJson>,
    rollback: Option<RollbackJson>,
    findings: Vec<FindingJson>,
}

#[derive(Serialize)]
struct ReleaseJson {
    publisher: String,
    product: String,
    version: String,
    position: String,
    floor: u32,
    title_en: String,
    title_fr: String,
    issued: String,
    payload_path: String,
    payload_bytes: u64,
    payload_sha256: Option<String>,
    files: usize,
}

#[derive(Serialize)]
struct IntegrityJson {
    status: &'static str,
    files: usize,
    bytes: u64,
}

#[derive(Serialize)]
struct SignersJson {
    status: &'static str,
    needed: u32,
    counted: Vec<SignerJson>,
    no_longer: Vec<SignerJson>,
    missing: Vec<SignerJson>,
    refused: usize,
}

#[derive(Serialize)]
struct SignerJson {
    name: String,
    key_id: String,
    public_key: String,
}

#[derive(Serialize)]
struct TrustJson {
    publisher: String,
    document: u32,
    publisher_code: String,
}

#[derive(Serialize)]
struct RollbackJson {
    status: &'static str,
    stored: Option<String>,
}

#[derive(Serialize)]
struct FindingJson {
    code: String,
    severity: &'static str,
    what: String,
    next: String,
    values: BTreeMap<&'static str, String>,
}

/// What a program did beside checking, and how it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The exit code is this one's.
    pub outcome: Outcome,
    /// Where the copy is, if one was made or was there.
    pub copied: Option<String>,
    /// What this computer could not do.
    pub failure: Option<String>,
}

impl Ending {
    /// A check and nothing else.
    pub fn of(report: &Report) -> Self {
        Self { outcome: report.verdict().outcome(), copied: None, failure: None }
    }

    /// The same after something went wrong here. FAIL stays FAIL.
    pub fn with(self, failure: &Failure) -> Self {
        let outcome = self.outcome.worse(failure.outcome);
        Self { outcome, failure: Some(failure.what.clone()), ..self }
    }
}

/// The object, printed with an LF at its end.
pub fn render(report: &Report, ending: &Ending, language: Language) -> String {
    let mut text = serde_json::to_string_pretty(&object(report, ending, language))
        // Every key is a text and every number finite, so printing cannot fail.
        .unwrap_or_else(|error| format!("{{\"error\": \"{}\"}}", escape(&error.to_string())));
    text.push('\n');
    text
}

/// The object of a command that could not begin its work.
#[derive(Serialize)]
struct FailureJson<'a> {
    schema: u32,
    program: String,
    action: &'a str,
    outcome: &'static str,
    exit_code: u8,
    failure: &'a str,
    next: &'a str,
}

/// What `action` could not do, as one object, with an LF at its end: a script
/// that asked for JSON finds the reason where it looks for the answer.
pub fn failed(action: &str, failure: &Failure) -> String {
    let object = FailureJson {
        schema: SCHEMA,
        program: format!("mediaseal-verify {}", env!("CARGO_PKG_VERSION")),
        action,
        outcome: failure.outcome.word(),
        exit_code: failure.outcome.exit_code(),
        failure: &failure.what,
        next: &failure.next,
    };
    let mut text = serde_json::to_string_pretty(&object)
        // As above: printing cannot fail.
        .unwrap_or_else(|error| format!("{{\"error\": \"{}\"}}", escape(&error.to_string())));
    text.push('\n');
    text
}

fn object(report: &Report, ending: &Ending, language: Language) -> ReportJson {
    let verdict = report.verdict();
    ReportJson {
        schema: SCHEMA,
        program: format!("mediaseal-verify {}", env!("CARGO_PKG_VERSION")),
        verdict: verdict.word(),
        outcome: ending.outcome.word(),
        exit_code: ending.outcome.exit_code(),
        copied: ending.copied.as_deref().map(escape_message),
        failure: ending.failure.as_deref().map(escape_message),
        level: match verdict {
            Verdict::Pass(level) => level.name(),
            _ => report.level.name(),
        },
        demo: report.is_demo(),
        os_changes: report.is_os_changes(),
        pinned: report.pin == Pin::Pinned,
        source: escape_message(&report.source),
        // A device without a name has one by its path alone.
        device: report.device.as_deref().filter(|name| !name.is_empty()).map(escape_message),
        release_code: report.release_code.map(|code| code.to_string()),
        release: release(report),
        integrity: integrity(report),
        signers: signers(report),
        trust: report.chain.as_ref().map(|chain| TrustJson {
            publisher: chain.publisher().to_string(),
            document: chain.length(),
            publisher_code: chain.newest().code.to_string(),
        }),
        rollback: report.rollback.map(rollback),
        findings: report.findings.iter().map(|kind| finding(kind, language)).collect(),
    }
}

fn release(report: &Report) -> Option<ReleaseJson> {
    let manifest = report.manifest.as_ref()?;
    let main = manifest.main_file()?;
    Some(ReleaseJson {
        publisher: manifest.publisher.to_string(),
        product: manifest.product.to_string(),
        version: manifest.version.to_string(),
        position: manifest.position().to_string(),
        floor: manifest.floor.value(),
        title_en: manifest.title.en.to_string(),
        title_fr: manifest.title.fr.to_string(),
        issued: manifest.issued.to_string(),
        payload_path: main.path.clone(),
        payload_bytes: main.size,
        payload_sha256: report.payload.map(|digest| digest.to_string()),
        files: manifest.files.len(),
    })
}

fn integrity(report: &Report) -> IntegrityJson {
    let worst = report.integrity_findings().map(Kind::severity).max();
    let status = match (worst, report.compared) {
        (Some(Severity::Fail), _) => "FAIL",
        (Some(_), _) => "CANNOT TELL",
        (None, Some(_)) => "PASS",
        (None, None) => "NOT CHECKED",
    };
    IntegrityJson {
        status,
        files: report.compared.map_or(0, |compared| compared.files),
        bytes: report.compared.map_or(0, |compared| compared.bytes),
    }
}

fn signers(report: &Report) -> Option<SignersJson> {
    let count = report.signers.as_ref()?;
    let one = |signer: &Signer| SignerJson {
        name: signer.name.to_string(),
        key_id: signer.key.id().to_string(),
        public_key: signer.key.to_string(),
    };
    let all = |signed: &[Signed]| signed.iter().map(|s| one(&s.signer)).collect();
    let whole = count.is_enough() && count.refused.is_empty();
    let few = |kind: &Kind| {
        matches!(
            kind,
            Kind::TooFewSigners { .. } | Kind::NoSignature | Kind::SignatureRefused { .. }
        )
    };
    let failed = report.findings.iter().any(few);
    Some(SignersJson {
        status: match (whole, failed) {
            (true, _) => "PASS",
            (false, true) => "FAIL",
            // One that could not be read may be the one that is missing.
            (false, false) => "CANNOT TELL",
        },
        needed: count.needed,
        counted: all(&count.counted),
        no_longer: all(&count.no_longer),
        missing: count.missing.iter().map(one).collect(),
        refused: count.refused.len(),
    })
}

fn rollback(rollback: Rollback) -> RollbackJson {
    let (status, stored) = match rollback {
        Rollback::NotChecked => ("NOT CHECKED", None),
        Rollback::First => ("first", None),
        Rollback::Follows(stored) => ("follows", Some(stored.to_string())),
        Rollback::Same => ("same", None),
        Rollback::Fails => ("FAIL", None),
        Rollback::OlderAccepted(stored) => ("older-accepted", Some(stored.to_string())),
    };
    RollbackJson { status, stored }
}

fn finding(kind: &Kind, language: Language) -> FindingJson {
    FindingJson {
        code: kind.code(),
        severity: kind.severity().word(),
        what: kind.what(language),
        next: kind.next(language),
        values: kind.facts(language).values.into_iter().collect(),
    }
}
