//! What a trust document would do to releases, asked before anybody signs it.
//!
//! Each release is judged by the one decision, once by the chain without the
//! document and once as if it were accepted. A release that only fails with it
//! must be signed again first, or is one that shall fail.

use std::path::{Path, PathBuf};

use super::files::source_failure;
use super::lines::{Lines, finding_lines};
use crate::seal::chain::Chain;
use crate::source;
use crate::verify::decide::{
    self, FileSet, Held, Progress, Request, Scope, TakeNothing, Threshold,
};
use crate::verify::finding::{Kind, Severity};
use crate::verify::outcome::Failure;
use crate::verify::report::{Report, Verdict};
use crate::verify::rollback::{History, Older};

/// What comes of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It passes, with the document too.
    Passes,
    /// It passes with the document only.
    WouldPass,
    /// It passes today and would fail.
    WouldFail,
    /// It fails, with the document or without.
    FailsAnyway,
}

/// A release, judged.
#[derive(Clone, Debug)]
pub struct Effect {
    /// Where it is.
    pub path: PathBuf,
    /// What comes of it.
    pub fate: Fate,
    /// The check as if the document were accepted.
    pub after: Report,
}

impl Effect {
    /// Judges the folder, zip, image or device at `path` by the chain `after`,
    /// and by `before`, where there is one.
    pub fn judge(
        path: &Path,
        before: Option<&Chain>,
        after: &Chain,
        progress: Progress<'_>,
    ) -> Result<Self, Failure> {
        let passes = |report: &Report| matches!(report.verdict(), Verdict::Pass(_));
        let now = match before {
            None => None,
            Some(chain) => Some(passes(&check(path, chain, &mut *progress)?)),
        };
        let after = check(path, after, progress)?;
        let fate = match (now, passes(&after)) {
            (Some(true) | None, true) => Fate::Passes,
            (Some(false), true) => Fate::WouldPass,
            (Some(true), false) => Fate::WouldFail,
            (Some(false) | None, false) => Fate::FailsAnyway,
        };
        Ok(Self { path: path.to_path_buf(), fate, after })
    }

    /// Adds the release, what comes of it, and why.
    pub fn describe(&self, lines: &mut Lines, version: u32) {
        lines.gap();
        lines.fact("Release", &super::files::shown(&self.path));
        if let Some(manifest) = &self.after.manifest {
            let position = manifest.position();
            lines.more(&format!("{} {}, release {position}", manifest.product, manifest.version));
        }
        let comes = match self.fate {
            Fate::Passes => "PASS as before".to_string(),
            Fate::WouldPass => format!("PASS with document {version} only"),
            Fate::WouldFail => format!("WOULD FAIL with document {version}:"),
            Fate::FailsAnyway => "FAIL, with this document or without:".to_string(),
        };
        lines.fact("Comes to", &comes);
        let above_note = |kind: &&Kind| kind.severity() > Severity::Note;
        for kind in self.after.findings.iter().filter(above_note) {
            finding_lines(kind).iter().for_each(|line| lines.more(line));
        }
    }
}

/// The chain of documents 1 to `version` of `chain`.
pub fn prefix(chain: &Chain, version: u32) -> Option<Chain> {
    let last = chain.link(version)?;
    let links = chain.links().iter().take(version as usize);
    Chain::anchored(links.map(|link| link.signed.clone()).collect(), last.code).ok()
}

fn check(path: &Path, chain: &Chain, progress: Progress<'_>) -> Result<Report, Failure> {
    let mut source = source::open(path).map_err(|error| source_failure(&error))?;
    let history = |_: &_| History::NotChecked;
    let request = Request {
        name: path.display().to_string(),
        device: None,
        scope: Scope::WholeMedium,
        threshold: Threshold::Enforce,
        expected: FileSet::Release,
        held: Held::Chain(chain.clone()),
        history: &history,
        older: Older::Refuse,
        product: None,
        required_level: None,
        clock: None,
    };
    Ok(decide::check(&mut *source, &request, &mut TakeNothing, progress).report)
}
