//! What a key carries, as the one decision accepted it: for the log and for the
//! card. There is none without a PASS that rests on the station's own state.

use std::io::{self, Read};

use crate::medium::{FileSpec, HashSink, Plan, release};
use crate::seal::digest::Digest;
use crate::seal::manifest::Manifest;
use crate::seal::names::Identifier;
use crate::seal::signers::Signer;
use crate::source::Source;
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
    /// True for the publisher of exercises.
    pub demo: bool,
}

impl Carried {
    /// The release of a report, if it passed; `image` is its digest and length.
    /// An UNPINNED report never passes.
    pub fn of(report: &Report, image: (Digest, u64)) -> Option<Self> {
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
    let image = session.with_request(|source, _| image_digest(source, &accepted))?;
    let carried = Carried::of(&report, image);
    Ok((report, carried))
}

/// SHA-256 and bytes of the image of an accepted release, rendered again.
pub fn image_digest(source: &dyn Source, accepted: &Accepted) -> Result<(Digest, u64), Failure> {
    let unread = |what: String| {
        Failure::new(Outcome::Io, what, "Check the release again: it changed meanwhile.")
    };
    let files = release::files(&accepted.manifest, &accepted.sums, accepted.seal.specs());
    let volume = release::volume(&accepted.manifest, &accepted.release_code);
    let plan = Plan::new(&volume, files).map_err(|error| unread(error.to_string()))?;
    let mut open = |_: usize, file: &FileSpec| -> io::Result<Box<dyn Read + '_>> {
        source.open_file(&file.path).map_err(io::Error::other)
    };
    let mut hash = HashSink::default();
    plan.render(&mut hash, &mut open, &mut |_| ()).map_err(|error| unread(error.to_string()))?;
    Ok((Digest(hash.finish()), plan.bytes()))
}
