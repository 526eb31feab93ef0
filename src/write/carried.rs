//! What a key carries, as the one decision accepted it: for the log and for the
//! card. There is none without a PASS that rests on the station's own state.

use std::io::{self, Read};

use crate::medium::{FileSpec, HashSink, Plan, release};
use crate::seal::digest::Digest;
use crate::seal::manifest::Manifest;
use crate::seal::names::Identifier;
use crate::seal::signers::Signer;
use crate::text::Language;
use crate::verify::decide::{Accepted, Decision, TakeNothing};
use crate::verify::outcome::{Failure, Outcome};
use crate::verify::report::{Report, Verdict};
use crate::verify::session::Session;

use super::production::entry::ReleaseFacts;

/// A release that passed, and its image.
#[derive(Clone, Debug)]
pub struct Carried {
    /// For the log.
    pub facts: ReleaseFacts,
    /// What the release says of itself; signed.
    pub manifest: Manifest,
    /// Whose signatures count.
    pub signers: Vec<Signer>,
    /// How many are needed.
    pub needed: u32,
    /// SHA-256 of the payload's main file, as sealed.
    pub payload: Option<Digest>,
    /// Everything under `SEAL/` as it is on the key, by path.
    pub seal: Vec<FileSpec>,
    /// True for the publisher of exercises.
    pub demo: bool,
}

impl Carried {
    /// The release of a report, if it passed; `image` is its digest and length,
    /// `seal` what was received under `SEAL/`. An UNPINNED report never passes.
    pub fn of(report: &Report, seal: Vec<FileSpec>, image: (Digest, u64)) -> Option<Self> {
        let Verdict::Pass(_) = report.verdict() else {
            return None;
        };
        let (manifest, count) = (report.manifest.clone()?, report.signers.as_ref()?);
        let signers: Vec<Signer> =
            count.counted.iter().map(|signed| signed.signer.clone()).collect();
        let named = |signer: &Signer| format!("{} {}", signer.name, signer.key.id());
        let facts = ReleaseFacts {
            release_code: report.release_code?,
            image_sha256: image.0,
            image_bytes: image.1,
            publisher: manifest.publisher.to_string(),
            product: manifest.product.to_string(),
            version: manifest.version.to_string(),
            position: manifest.position().to_string(),
            signers: signers.iter().map(named).collect(),
        };
        Some(Self {
            facts,
            manifest,
            signers,
            needed: count.needed,
            payload: report.payload,
            seal,
            demo: report.is_demo(),
        })
    }

    /// The publisher.
    pub fn publisher(&self) -> &Identifier {
        &self.manifest.publisher
    }
}

/// Decides on an opened source to its last byte and finds its image out.
/// `None` beside a report that does not pass.
pub fn decide(
    session: &mut Session<'_>,
    language: Language,
) -> Result<(Report, Option<Carried>), Failure> {
    let Decision { report, accepted, .. } = session.check(&mut TakeNothing, language);
    let (Verdict::Pass(_), Some(accepted)) = (report.verdict(), accepted) else {
        return Ok((report, None));
    };
    let plan = plan(&accepted)?;
    let mut hash = HashSink::default();
    session.with_request(|source, _| -> Result<(), Failure> {
        let mut open = |_: usize, file: &FileSpec| -> io::Result<Box<dyn Read + '_>> {
            source.open_file(&file.path).map_err(io::Error::other)
        };
        let rendered = plan.render(&mut hash, &mut open, &mut |_| ());
        rendered.map(|_| ()).map_err(|error| changed(error.to_string()))
    })?;
    let image = (Digest(hash.finish()), plan.bytes());
    let carried = Carried::of(&report, accepted.seal.specs(), image);
    Ok((report, carried))
}

fn plan(accepted: &Accepted) -> Result<Plan, Failure> {
    let files = release::files(&accepted.manifest, &accepted.sums, accepted.seal.specs());
    let volume = release::volume(&accepted.manifest, &accepted.release_code);
    Plan::new(&volume, files)
        .map_err(|error| Failure::new(Outcome::Refused, error.to_string(), error.advice()))
}

fn changed(what: String) -> Failure {
    Failure::new(Outcome::Fail, what, "The release changed while it was read: check it again.")
}
