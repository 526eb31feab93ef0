//! What may be written at all: the one decision about the source, and the
//! image that is made of it.
//!
//! A counterfeit that is consistent with itself, an image with one byte more, a
//! release that nobody known here signed: nothing of these becomes an image, so
//! nothing of them can reach a key. An image or zip is compared to its last
//! byte like in any check. Then the image is rendered anew from the sealed
//! files, each hashed on its way, into a file that nobody else can open.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::image::Image;
use crate::build::image::make;
use crate::build::pack::{self, PackError};
use crate::build::piece_digests::PieceHash;
use crate::medium::{FileSpec, Plan, release};
use crate::source::{Shape, Source};
use crate::verify::closure;
use crate::verify::decide::{self, Accepted, Decision, Progress, Request, TakeNothing};
use crate::verify::level::Level;
use crate::verify::outcome::Outcome;
use crate::verify::report::{Compared, Report, Verdict};

/// An image that may be written.
pub struct Prepared {
    /// The image.
    pub image: Image,
    /// The release on it.
    pub release: Accepted,
}

/// Why nothing may be written.
#[derive(Debug)]
pub enum PrepareError {
    /// The report does not say PASS.
    Verdict,
    /// A device is no source: it may be pulled out or exchanged meanwhile.
    Device,
    /// The publisher of exercises; no real key is of it.
    Demo,
    /// The image could not be made.
    Pack(PackError),
}

impl PrepareError {
    /// How the program ends; for [`Self::Verdict`] the report says it.
    pub fn outcome(&self, report: &Report) -> Outcome {
        match self {
            Self::Verdict => match report.verdict() {
                // Not reached: a PASS is no error. Never "done" all the same.
                Verdict::Pass(_) => Outcome::Fail,
                verdict => verdict.outcome(),
            },
            Self::Device => Outcome::Usage,
            Self::Demo => Outcome::Refused,
            Self::Pack(error) => match report.verdict() {
                Verdict::Fail => Outcome::Fail,
                _ => error.outcome(),
            },
        }
    }

    /// What a person can do.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Verdict => "See the findings.",
            Self::Device => "Name the release folder, its zip or its image.",
            Self::Demo => "Write a release of your own publisher.",
            Self::Pack(error) => error.advice(),
        }
    }
}

impl fmt::Display for PrepareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verdict => write!(f, "the release is not what may be written"),
            Self::Device => write!(f, "a device cannot be the source of other keys"),
            Self::Demo => write!(f, "the publisher \"demo\" is for exercises"),
            Self::Pack(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for PrepareError {}

/// Decides on `source` and renders its image into `private`, an empty file.
///
/// The report is complete in any case, and says PASS wherever there is an
/// image.
pub fn prepare(
    source: &mut dyn Source,
    request: &Request<'_>,
    private: File,
    progress: Progress<'_>,
) -> (Report, Result<Prepared, PrepareError>) {
    if source.shape() == Shape::Device {
        let level = Level::WholeMedium;
        let report = Report::new(request.name.clone(), level, request.held.pin());
        return (report, Err(PrepareError::Device));
    }
    let mut decision = decided(source, request, progress);
    if decision.report.is_demo() {
        return (decision.report, Err(PrepareError::Demo));
    }
    let Some(release) = decision.accepted.take().filter(|_| may_be_made(&decision.report)) else {
        return (decision.report, Err(PrepareError::Verdict));
    };
    let mut report = decision.report;
    match render(source, &release, private, &request.name, progress) {
        Ok((image, read)) => {
            if report.compared.is_none() {
                let files = release.manifest.files.len();
                report.compared = Compared::new(Level::FilesOnly, files, read);
            }
            match report.verdict() {
                Verdict::Pass(_) => (report, Ok(Prepared { image, release })),
                _ => (report, Err(PrepareError::Verdict)),
            }
        }
        Err(error) => {
            // A file that changed since it was compared is a finding.
            report.findings.extend(pack::finding(&error));
            (report, Err(PrepareError::Pack(error)))
        }
    }
}

/// A folder's files are compared while they are rendered; everything else is
/// compared here, to its last byte.
fn decided(source: &mut dyn Source, request: &Request<'_>, progress: Progress<'_>) -> Decision {
    if source.shape() != Shape::Folder {
        return decide::check(source, request, &mut TakeNothing, progress);
    }
    let (mut decision, listing) = decide::seal(source, request);
    match (&decision.accepted, &listing) {
        (Some(accepted), Some(listing)) => {
            decision.report.findings.extend(closure::strangers(listing, accepted));
        }
        _ => decision.accepted = None,
    }
    if !decision.is_promising() {
        decision.accepted = None;
    }
    decision
}

/// PASS, or all of it but the comparison that rendering is.
fn may_be_made(report: &Report) -> bool {
    match report.level {
        Level::FilesOnly => report.compared.is_none(),
        _ => matches!(report.verdict(), Verdict::Pass(_)),
    }
}

fn render(
    source: &dyn Source,
    release: &Accepted,
    private: File,
    name: &str,
    progress: Progress<'_>,
) -> Result<(Image, u64), PackError> {
    let files = release::files(&release.manifest, &release.sums, release.seal.specs());
    let volume = release::volume(&release.manifest, &release.release_code);
    let plan = Plan::new(&volume, files).map_err(PackError::Plan)?;
    let mut open = |_: usize, file: &FileSpec| -> io::Result<Box<dyn Read + '_>> {
        source.open_file(&file.path).map_err(io::Error::other)
    };
    let write_fault =
        |source| PackError::Render(crate::medium::RenderError::Write { offset: 0, source });
    let target = private.try_clone().map_err(write_fault)?;
    let mut step = |done| progress(done, plan.bytes());
    let pieces = Some(PieceHash::default());
    let made = make(&plan, target, None, pieces, &mut open, &mut step, |file| {
        pack::self_check(file, Path::new(name), release)
    })?;
    let missing = || write_fault(io::Error::other("the digests of its pieces are missing"));
    let pieces = made.pieces.ok_or_else(missing)?;
    let image = Image::new(private, plan.bytes(), made.sha256, pieces);
    Ok((image, made.rendered.bytes))
}
