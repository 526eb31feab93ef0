//! From a release folder to an image and a bundle.
//!
//! The folder is decided upon like any source, by the chain of the person who
//! packs: a counterfeit that is consistent with itself makes no key. Sealed
//! files are hashed as they are rendered, the same bytes, whenever they were read;
//! an output gets its name only once everything was as sealed.

use crate::store::Doing;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use super::block_map::BlockMap;
use super::image;
use crate::medium::{
    BundleError, BundlePlan, FileSink, FileSpec, Files, Plan, PlanError, RenderError, Shared, Work,
    release,
};
use crate::seal::digest::Digest;
use crate::seal::names::escape_path;
use crate::source::{self, Source};
use crate::store::atomic::AtomicFile;
use crate::store::folder::Access;
use crate::store::{Existing, StoreError, SystemFolder};
use crate::text::Language;
use crate::verify::closure;
use crate::verify::decide::{self, Accepted, Request};
use crate::verify::detail::Detail;
use crate::verify::finding::{Kind, Spot};
use crate::verify::level::Level;
use crate::verify::outcome::Outcome;
use crate::verify::report::{Compared, Report};

/// What is to be made.
pub struct Outputs<'a> {
    /// The image, and beside it `<image>.sha256`.
    pub image: Option<&'a Path>,
    /// The image's block map; needs the image.
    pub block_map: Option<&'a Path>,
    /// The bundle.
    pub bundle: Option<&'a Path>,
    /// What happens to files of these names.
    pub existing: Existing,
}

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// SHA-256 of the image, and its bytes.
    pub image: Option<(Digest, u64)>,
    /// Bytes of the bundle.
    pub bundle: Option<u64>,
}

/// Why nothing was made.
#[derive(Debug)]
pub enum PackError {
    /// The release is not what was signed, or nobody known signed it.
    Verdict,
    /// The release and what may be added to it do not fit its volume.
    Plan(PlanError),
    /// A file of the release could not be read, or an output not written.
    Render(RenderError),
    /// The same for the bundle.
    Bundle(BundleError),
    /// An output could not get its name.
    Store(StoreError),
    /// An output could not get its name, and others have replaced older files already.
    Partly(StoreError, Vec<PathBuf>),
    /// Two outputs of one name.
    SameOutput(PathBuf),
    /// What was written does not read back as it should.
    ReadBack(PathBuf, String),
}

impl PackError {
    /// How the program ends.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Verdict => Outcome::Fail,
            Self::SameOutput(_) => Outcome::Usage,
            Self::Plan(_) => Outcome::Refused,
            Self::Store(StoreError::Exists(_)) => Outcome::Refused,
            Self::Render(_)
            | Self::Bundle(_)
            | Self::Store(_)
            | Self::Partly(..)
            | Self::ReadBack(..) => Outcome::Io,
        }
    }

    /// What a person can do about it.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Verdict => "See the findings.",
            Self::SameOutput(_) => "Name a file of its own for each output.",
            Self::Plan(error) => error.advice(),
            Self::Render(error) => error.advice(),
            Self::Bundle(error) => error.advice(),
            Self::Store(StoreError::Exists(_)) => "Take another name, or --force.",
            Self::Store(error) => error.advice(Language::English),
            Self::Partly(..) => "The outputs are not of one release: run the command again.",
            Self::ReadBack(..) => "The disk may be failing: write to another one.",
        }
    }
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verdict => write!(f, "the release is not what may be packed"),
            Self::Plan(error) => write!(f, "{error}"),
            Self::Render(error) => write!(f, "{error}"),
            Self::Bundle(error) => write!(f, "{error}"),
            Self::Store(error) => write!(f, "{error}"),
            Self::Partly(error, replaced) => {
                let names: Vec<String> = replaced.iter().map(|path| escape_path(path)).collect();
                write!(f, "{error}; already replaced: {}", names.join(", "))
            }
            Self::SameOutput(path) => {
                write!(f, "{} is named twice", escape_path(path))
            }
            Self::ReadBack(path, what) => {
                write!(f, "{} does not read back: {what}", escape_path(path))
            }
        }
    }
}

impl std::error::Error for PackError {}

fn write_fault(source: io::Error) -> PackError {
    PackError::Render(RenderError::Write { offset: 0, source })
}

/// Reads the image by another road than the renderer's: an ordinary reader of
/// FAT must see the release's files and nothing else.
pub(crate) fn self_check(image: &File, path: &Path, accepted: &Accepted) -> Result<(), PackError> {
    let failed = |what: String| PackError::ReadBack(path.to_path_buf(), what);
    let file = image.try_clone().map_err(|error| failed(error.to_string()))?;
    let place = path.display().to_string();
    let source = source::open_image(file, &place).map_err(|error| failed(error.to_string()))?;
    let listing = source.listing().map_err(|error| failed(error.to_string()))?;
    match closure::strangers(&listing, accepted).first() {
        None => Ok(()),
        Some(kind) => Err(failed(kind.what(Language::English))),
    }
}

/// Decides on `source`, a release folder, and makes the outputs.
///
/// The report is complete in any case; outputs exist only if it says PASS.
pub fn pack(
    source: &mut dyn Source,
    request: &Request<'_>,
    outputs: &Outputs<'_>,
    progress: &mut dyn FnMut(u64, u64),
) -> (Report, Result<Packed, PackError>) {
    // All files are wanted, unless the decision says no.
    source.read_ahead();
    let (mut decision, listing) = decide::seal(source, request);
    let (Some(accepted), Some(listing)) = (&decision.accepted, &listing) else {
        return (decision.report, Err(PackError::Verdict));
    };
    decision.report.findings.extend(closure::strangers(listing, accepted));
    if !decision.is_promising() {
        return (decision.report, Err(PackError::Verdict));
    }
    match render(source, accepted, outputs, progress) {
        Ok((packed, compared)) => {
            decision.report.compared = compared;
            (decision.report, Ok(packed))
        }
        Err(error) => {
            decision.report.findings.extend(finding(&error));
            (decision.report, Err(error))
        }
    }
}

/// A file that is not as sealed is a finding, not a fault of the disk.
pub(crate) fn finding(error: &PackError) -> Option<Kind> {
    let (PackError::Render(error) | PackError::Bundle(BundleError::Render(error))) = error else {
        return None;
    };
    match error {
        RenderError::Hash { path } => Some(Kind::FileChanged { path: path.clone(), sectors: None }),
        RenderError::Size { path, .. } => {
            Some(Kind::FileChanged { path: path.clone(), sectors: None })
        }
        RenderError::Open { path, source } | RenderError::Read { path, source, .. } => {
            let place = Spot::Path(path.clone());
            Some(Kind::ReadError { place, detail: Detail::said(source) })
        }
        RenderError::Write { .. } => None,
    }
}

/// The files of a release that is rendered.
struct Release<'a>(&'a dyn Source);

impl<'a> Files<'a> for Release<'a> {
    fn open(&mut self, _: usize, file: &FileSpec) -> io::Result<Box<dyn Read + 'a>> {
        self.0.open_file(&file.path).map_err(io::Error::other)
    }

    fn in_memory(&mut self, file: &FileSpec) -> Option<Shared> {
        self.0.in_memory(&file.path, file.size)
    }

    fn lend(&mut self, work: Work<'static>) -> Option<Work<'static>> {
        self.0.lend(work)
    }
}

type Made = (Packed, Option<Compared>);

fn render(
    source: &dyn Source,
    accepted: &Accepted,
    outputs: &Outputs<'_>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Made, PackError> {
    let files = release::files(&accepted.manifest, &accepted.sums, accepted.seal.specs());
    let volume = release::volume(&accepted.manifest, &accepted.release_code);
    let of_bundle = outputs.bundle.map(|path| (path, files.clone()));
    let plan = Plan::new(&volume, files).map_err(PackError::Plan)?;
    let bundle_plan = of_bundle
        .map(|(path, files)| {
            Ok((path, BundlePlan::new(release::issued(&accepted.manifest), files)?))
        })
        .transpose()
        .map_err(PackError::Plan)?;
    let mut release = Release(source);
    let mut open = |index: usize, file: &FileSpec| Release(source).open(index, file);
    let all = plan.bytes() * u64::from(outputs.image.is_some())
        + bundle_plan.as_ref().map_or(0, |(_, bundle_plan)| bundle_plan.bytes());
    let mut packed = Packed { image: None, bundle: None };
    let mut checksums = None;
    let mut read = 0;
    distinct(outputs)?;
    // Begun before the work: a name that is taken is said at once.
    let begin = |path: &Path| {
        AtomicFile::create_at(path, Access::Everyone, outputs.existing).map_err(PackError::Store)
    };
    let digest_file = outputs.image.map(|path| begin(&sha256_path(path))).transpose()?;
    let mut map_file = outputs.block_map.map(begin).transpose()?;
    let image = match outputs.image {
        None => None,
        Some(path) => {
            let file = begin(path)?;
            let target = file.duplicate().map_err(PackError::Store)?;
            let map = map_file.as_ref().map(|_| BlockMap::new(&plan));
            let made = image::make(
                &plan,
                target,
                map,
                None,
                &mut release,
                &mut |done| progress(done, all),
                |file| self_check(file, path, accepted),
            )?;
            if let (Some(file), Some(text)) = (&mut map_file, &made.block_map) {
                file.write_all(text.as_bytes()).map_err(write_fault)?;
            }
            let (rendered, digest) = (made.rendered, made.sha256);
            read = rendered.bytes;
            packed.image = Some((digest, plan.bytes()));
            checksums = Some(rendered.files.iter().map(|file| file.crc32).collect::<Vec<u32>>());
            Some((file, digest))
        }
    };
    let bundle = match &bundle_plan {
        None => None,
        Some((path, bundle_plan)) => {
            let checksums = match checksums {
                Some(checksums) => checksums,
                None => bundle_plan.checksums(&mut open, &mut |_| ()).map_err(PackError::Bundle)?,
            };
            let file = begin(path)?;
            let target = file.duplicate().map_err(PackError::Store)?;
            let mut sink = FileSink::new(target).map_err(write_fault)?;
            let before = if outputs.image.is_some() { plan.bytes() } else { 0 };
            bundle_plan
                .render(&mut sink, &mut open, &checksums, &mut |done| progress(before + done, all))
                .map_err(PackError::Bundle)?;
            sink.finish().map_err(write_fault)?;
            read = read.max(bundle_plan.bytes());
            packed.bundle = Some(bundle_plan.bytes());
            Some(file)
        }
    };
    // Everything was as sealed: now the names, all of them or none.
    let mut shown = Vec::new();
    let named = show(image, [map_file, bundle], digest_file, outputs, &mut shown);
    named.map_err(|error| taken_back(error, shown))?;
    Ok((packed, Compared::new(Level::FilesOnly, accepted.manifest.files.len(), read)))
}

type Output = AtomicFile<SystemFolder>;

/// An output that has its name.
struct Shown {
    path: PathBuf,
    /// There was a file of that name before.
    replaced: bool,
}

/// Takes the outputs back that have their names already. One that has replaced an
/// older file stays: that file is gone, and this one is whole.
fn taken_back(error: StoreError, shown: Vec<Shown>) -> PackError {
    let (replaced, new): (Vec<_>, Vec<_>) = shown.into_iter().partition(|shown| shown.replaced);
    new.iter().for_each(|shown| _ = std::fs::remove_file(&shown.path));
    match replaced.is_empty() {
        true => PackError::Store(error),
        false => PackError::Partly(error, replaced.into_iter().map(|shown| shown.path).collect()),
    }
}

/// Gives the outputs their names.
fn show(
    image: Option<(Output, Digest)>,
    [map, bundle]: [Option<Output>; 2],
    digest_file: Option<Output>,
    outputs: &Outputs<'_>,
    shown: &mut Vec<Shown>,
) -> Result<(), StoreError> {
    if let (Some((file, digest)), Some(path), Some(mut beside)) =
        (image, outputs.image, digest_file)
    {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let written = writeln!(beside, "{digest}  {name}");
        written.map_err(StoreError::io(Doing::Write, sha256_path(path)))?;
        give_name(file, path.to_path_buf(), shown)?;
        give_name(beside, sha256_path(path), shown)?;
    }
    for (file, path) in [(map, outputs.block_map), (bundle, outputs.bundle)] {
        if let (Some(file), Some(path)) = (file, path) {
            give_name(file, path.to_path_buf(), shown)?;
        }
    }
    Ok(())
}

/// Gives an output its name. Where only the folder could not be flushed
/// afterwards, it has its name already and is taken back with the others.
fn give_name(file: Output, path: PathBuf, shown: &mut Vec<Shown>) -> Result<(), StoreError> {
    let replaced = std::fs::symlink_metadata(&path).is_ok();
    let named = file.commit();
    if matches!(&named, Ok(()) | Err(StoreError::Io { doing: Doing::FlushFolder, .. })) {
        shown.push(Shown { path, replaced });
    }
    named.map(|_| ())
}

/// The outputs must be files of their own.
fn distinct(outputs: &Outputs<'_>) -> Result<(), PackError> {
    let real = |path: &Path| {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        let parent = parent.canonicalize().unwrap_or_else(|_| parent.to_path_buf());
        parent.join(path.file_name().unwrap_or_default())
    };
    let beside = outputs.image.map(sha256_path);
    let named = [outputs.image, beside.as_deref(), outputs.block_map, outputs.bundle];
    let mut seen = Vec::new();
    for path in named.into_iter().flatten() {
        if seen.contains(&real(path)) {
            return Err(PackError::SameOutput(path.to_path_buf()));
        }
        seen.push(real(path));
    }
    Ok(())
}

/// `F.img.sha256` of `F.img`.
pub fn sha256_path(image: &Path) -> PathBuf {
    let mut name = image.as_os_str().to_owned();
    name.push(".sha256");
    PathBuf::from(name)
}

#[cfg(test)]
#[path = "pack_tests.rs"]
mod tests;
