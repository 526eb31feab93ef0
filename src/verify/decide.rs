//! The one decision. Builder and verifier, check and copy, all call [`check`].
//!
//! The order is part of the design: limits; the chain; signatures over the
//! received bytes of `SHA256SUMS`; the threshold; only then are `SHA256SUMS`
//! and, by its hash, the manifest parsed, and only then is anything compared.
//! Nothing that nobody signed is ever interpreted.

use std::io;

use crate::seal::chain::Chain;
use crate::seal::digest::Digest;
use crate::seal::layout::{MANIFEST, SUMS, sums_signature};
use crate::seal::manifest::Manifest;
use crate::seal::signature::release_comment;
use crate::seal::signers::{self, SignerCount};
use crate::seal::sums::Sums;
use crate::source::{Listing, Remark, Shape, Source};

use super::bytes;
use super::closure;
use super::detail::Detail;
use super::finding::{Kind, Severity};
use super::level::Level;
use super::report::Report;
use super::rollback::{self, History, Older};
use super::seal_files::{ReadFault, SealFiles};
use super::trust_step;

pub use super::request::{FileSet, Held, Request, Scope, Threshold};

/// A release whose seal was accepted: enough people signed these bytes, unless
/// the request said [`Threshold::StillBeingSigned`].
pub struct Accepted {
    /// The chain that they were counted with.
    pub chain: Chain,
    /// The files under `SEAL/` as received.
    pub seal: SealFiles,
    /// The parsed `SHA256SUMS`.
    pub sums: Sums,
    /// The parsed manifest.
    pub manifest: Manifest,
    /// SHA-256 of `SHA256SUMS`.
    pub release_code: Digest,
}

/// Receives the bytes of the release in the one read that also checks them.
/// They are not proved before the report says PASS.
pub trait Taker {
    /// Enough people signed, and nothing speaks against the release so far.
    fn begin(&mut self, release: &Accepted) -> io::Result<()>;
    /// The next bytes of a sealed file.
    fn file_bytes(&mut self, path: &str, bytes: &[u8]) -> io::Result<()>;
}

/// Takes nothing.
pub struct TakeNothing;

impl Taker for TakeNothing {
    fn begin(&mut self, _release: &Accepted) -> io::Result<()> {
        Ok(())
    }
    fn file_bytes(&mut self, _path: &str, _bytes: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

/// What a check came to: the report, and the release if its seal was accepted.
pub struct Decision {
    /// Facts, findings, verdict.
    pub report: Report,
    /// What the taker was given.
    pub accepted: Option<Accepted>,
    /// The taker's own error; the source is not to blame.
    pub taker_error: Option<io::Error>,
}

impl Decision {
    /// True while nothing but the comparison is missing for a PASS that rests
    /// on enough signatures: only then may bytes of the release be used.
    pub fn is_promising(&self) -> bool {
        let signed = self.report.signers.as_ref().is_some_and(SignerCount::is_enough);
        signed && self.accepted.is_some() && self.report.worst() == Severity::Note
    }
}

/// Bytes read and bytes expected.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64);

/// Checks `source` from its first byte to its last and decides.
pub fn check(
    source: &mut dyn Source,
    request: &Request<'_>,
    taker: &mut dyn Taker,
    progress: Progress<'_>,
) -> Decision {
    let (mut decision, listing) = seal(source, request);
    let Some(listing) = listing else {
        return decision;
    };
    let Some(accepted) = &decision.accepted else {
        for kind in listing.remarks.iter().map(closure::remark) {
            if !decision.report.findings.contains(&kind) {
                decision.report.findings.push(kind);
            }
        }
        return decision;
    };
    let mut nothing = TakeNothing;
    let taker: &mut dyn Taker = match decision.is_promising() {
        true => match taker.begin(accepted) {
            Ok(()) => taker,
            Err(error) => {
                decision.report.findings.push(Kind::NotKept { detail: Detail::failed(&error) });
                decision.taker_error = Some(error);
                return decision;
            }
        },
        // What cannot pass is not taken, but looked at to its end.
        false => &mut nothing,
    };
    let level = decision.report.level;
    let outcome = bytes::compare(source, &listing, accepted, level, taker, progress);
    decision.report.findings.extend(outcome.findings);
    decision.report.compared = outcome.compared;
    if let Some(error) = &outcome.taker_error {
        decision.report.findings.push(Kind::NotKept { detail: Detail::failed(error) });
    }
    decision.taker_error = outcome.taker_error;
    decision
}

/// Everything before the comparison: who signed what, and whether it may be
/// used here. For those who make a medium from the source and compare while
/// they do. The listing is what the source has; `None` if it cannot be read.
pub fn seal(source: &mut dyn Source, request: &Request<'_>) -> (Decision, Option<Listing>) {
    let level = match (source.shape(), request.scope) {
        (Shape::Folder, _) if request.expected == FileSet::Payload => Level::InstalledCopy,
        (Shape::Folder, _) => Level::FilesOnly,
        (Shape::Bundle, _) => Level::Bundle,
        (Shape::Image, _) | (Shape::Device, Scope::VolumeOnly) => Level::Volume,
        (Shape::Device, Scope::WholeMedium) => Level::WholeMedium,
    };
    let mut report = Report::new(request.name.clone(), level, request.held.pin());
    report.device = request.device.clone();
    report.findings.extend(request.held.finding());
    report.demo_held = request.held.is_demo();
    if let Some(required) = request.required_level.filter(|required| *required != level) {
        let (required, reached) = (required.name(), level.name());
        report.findings.push(Kind::LevelTooLow { required, reached });
    }
    let listing = match source.listing() {
        Ok(listing) => listing,
        Err(error) => {
            report
                .findings
                .push(Kind::SourceError { detail: Detail::of(|language| error.words(language)) });
            report.note_demo();
            return (Decision { report, accepted: None, taker_error: None }, None);
        }
    };
    let files = gather(source, &listing, &mut report);
    let accepted = accept(files, &listing, request, &mut report);
    report.note_demo();
    (Decision { report, accepted, taker_error: None }, Some(listing))
}

/// Reads the files of the seal, bounded.
fn gather(source: &mut dyn Source, listing: &Listing, report: &mut Report) -> SealFiles {
    let paths = listing.entries.iter().filter(|entry| entry.is_file()).map(|entry| &*entry.path);
    let (mut seal, findings) = SealFiles::gather(paths, &mut |path, limit| {
        source.read(path, limit).map_err(ReadFault::from)
    });
    report.findings.extend(findings);
    seal.not_seen(|path| listing.hides(path));
    seal
}

/// Everything before the comparison; `None` where the seal is not accepted.
fn accept(
    seal: SealFiles,
    listing: &Listing,
    request: &Request<'_>,
    report: &mut Report,
) -> Option<Accepted> {
    if listing.entries.is_empty() {
        let unread = |remark: &&Remark| matches!(remark, Remark::Unread { .. });
        let unread: Vec<Kind> =
            listing.remarks.iter().filter(unread).map(closure::remark).collect();
        match unread.is_empty() {
            true => report.findings.push(Kind::NothingToCompare),
            // Nothing is seen where nothing can be read.
            false => report.findings.extend(unread),
        }
        return None;
    }
    let held = match &request.held {
        Held::Chain(chain) => Some(chain),
        Held::Unpinned(_) | Held::Broken(_) => None,
    };
    let step = trust_step::merge(held, &seal);
    report.findings.extend(step.findings);
    report.chain = step.chain;
    let received = match &seal.sums {
        None if seal.unread.contains(SUMS) => return None,
        None => {
            report.findings.push(Kind::NoSums);
            return None;
        }
        Some(bytes) if bytes.is_empty() => {
            report.findings.push(Kind::EmptySums);
            return None;
        }
        Some(bytes) => bytes,
    };
    let release_code = Digest::of(received);
    report.release_code = Some(release_code);
    let chain = report.chain.clone()?;
    let enough = count_signers(&chain, &seal, received, request.threshold, report);
    match request.threshold {
        Threshold::Enforce if !enough => return None,
        Threshold::Enforce | Threshold::StillBeingSigned => {}
    }
    let (sums, manifest) = parse(&seal, received, report)?;
    judge(&chain, &manifest, &release_code, request, report);
    report.payload = sums.digest(&manifest.payload.path);
    report.manifest = Some(manifest.clone());
    Some(Accepted { chain, seal, sums, manifest, release_code })
}

/// Counts and names the signers; true if they are enough.
fn count_signers(
    chain: &Chain,
    seal: &SealFiles,
    received: &[u8],
    threshold: Threshold,
    report: &mut Report,
) -> bool {
    let files = seal.signatures.iter().map(|file| (file.key_id, file.bytes.as_slice()));
    let count = signers::count(chain, received, files);
    for (key_id, reason) in &count.refused {
        let path = sums_signature(*key_id);
        report.findings.push(Kind::SignatureRefused { path, reason: *reason });
    }
    for signed in &count.no_longer {
        let name = signed.signer.name.clone();
        report.findings.push(Kind::NoLongerCounts { name });
    }
    let enough = count.is_enough();
    match threshold {
        // One of those that could not be read may be the one that is wanted.
        Threshold::Enforce if !enough && seal.lacks_a_signature() => {}
        Threshold::Enforce if seal.signatures.is_empty() => {
            report.findings.push(Kind::NoSignature);
        }
        Threshold::Enforce if !enough => {
            let counted = count.counted.len() as u32;
            report.findings.push(Kind::TooFewSigners { counted, needed: count.needed });
        }
        Threshold::Enforce | Threshold::StillBeingSigned => {
            for signer in &count.missing {
                report.findings.push(Kind::SignatureMissing { name: signer.name.clone() });
            }
        }
    }
    for holder in chain.newest().document.keys_in_both_roles() {
        report.findings.push(Kind::KeyInBothRoles { name: holder.name.clone() });
    }
    report.signers = Some(count);
    enough
}

/// Parses the received bytes that signatures are over.
fn parse(seal: &SealFiles, received: &[u8], report: &mut Report) -> Option<(Sums, Manifest)> {
    let mut refuse = |kind| {
        report.findings.push(kind);
        None
    };
    let sums = match Sums::parse(received) {
        Ok(sums) => sums,
        Err(error) => {
            return refuse(Kind::SumsRefused {
                detail: Detail::of(|language| error.words(language)),
            });
        }
    };
    let Some(bytes) = &seal.manifest else {
        return match seal.unread.contains(MANIFEST) {
            true => None,
            false => refuse(Kind::NoManifest),
        };
    };
    if sums.digest(MANIFEST) != Some(Digest::of(bytes)) {
        return refuse(Kind::ManifestChanged);
    }
    let manifest = match Manifest::parse(bytes) {
        Ok(manifest) => manifest,
        Err(error) => {
            return refuse(Kind::ManifestRefused {
                detail: Detail::of(|language| error.words(language)),
            });
        }
    };
    if let Some(path) = manifest.differs_from(&sums) {
        return refuse(Kind::SumsAndManifestDiffer { path });
    }
    Some((sums, manifest))
}

/// Whether this release may be used here and now.
fn judge(
    chain: &Chain,
    manifest: &Manifest,
    release_code: &Digest,
    request: &Request<'_>,
    report: &mut Report,
) {
    let publisher = chain.publisher();
    if manifest.publisher != *publisher {
        report.findings.push(Kind::OtherPublisherInManifest {
            found: manifest.publisher.clone(),
            expected: publisher.clone(),
        });
    }
    let comment = release_comment(
        &manifest.publisher,
        &manifest.product,
        &manifest.version,
        manifest.position(),
    );
    if let Some(count) = &report.signers {
        for signed in count.valid().filter(|signed| signed.trusted_comment != comment) {
            let path = sums_signature(signed.signer.key.id());
            let comment = signed.trusted_comment.clone();
            report.findings.push(Kind::SignatureOfOtherRelease { path, comment });
        }
    }
    if let Some(expected) = request.product.as_ref().filter(|p| **p != manifest.product) {
        let (found, expected) = (manifest.product.clone(), expected.clone());
        report.findings.push(Kind::OtherProduct { found, expected });
    }
    let history = (request.history)(&manifest.product);
    let (line, findings) = rollback::judge(chain, manifest, release_code, history, request.older);
    report.rollback = Some(line);
    report.findings.extend(findings);
    if let Some(clock) = request.clock {
        let issued = manifest.issued;
        if clock < issued {
            report.findings.push(Kind::ClockBeforeIssued { clock, issued });
        } else if clock >= manifest.advise_after {
            report.findings.push(Kind::AdviceDue { date: manifest.advise_after });
        }
    }
}

/// Asks again, with what is stored now, whether an accepted release may be
/// used: the chain may have grown and another release may have been copied
/// since it was judged.
pub fn judge_again(
    release: &Accepted,
    stored: &Chain,
    history: History,
    older: Older,
) -> Vec<Kind> {
    let longer = stored.length() > release.chain.length();
    let chain = if longer { stored } else { &release.chain };
    let received = release.seal.sums.as_deref().unwrap_or_default();
    let files = release.seal.signatures.iter().map(|file| (file.key_id, file.bytes.as_slice()));
    let count = signers::count(chain, received, files);
    let mut findings = Vec::new();
    if !count.is_enough() {
        let counted = count.counted.len() as u32;
        findings.push(Kind::TooFewSigners { counted, needed: count.needed });
    }
    let code = &release.release_code;
    findings.extend(rollback::judge(chain, &release.manifest, code, history, older).1);
    findings
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
#[cfg(test)]
#[path = "unread_tests.rs"]
mod unread_tests;
