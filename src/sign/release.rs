//! A release folder as a signer must know it: its seal, and every file of it
//! read again.
//!
//! `SHA256SUMS` is read once; what is judged, shown and signed are those bytes.
//! The manifest is parsed from bytes whose hash stands in them. A release that
//! differs from its seal in any way is not signed (THREATS 34), and every
//! difference is named.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::files::{self, FileError, shown};
use super::folder::{Listing, Odd};
use super::trust_folder::{self, TrustFolderError};
use crate::seal::chain::Chain;
use crate::seal::digest::Digest;
use crate::seal::key::KeyId;
use crate::seal::layout::{MANIFEST, SEAL_FOLDER, SUMS, SealName, TRUST_FOLDER, seal_name};
use crate::seal::limits::{MAX_MANIFEST_BYTES, MAX_SIGNATURE_BYTES, MAX_SUMS_BYTES};
use crate::seal::manifest::{Manifest, ManifestError};
use crate::seal::names::escape;
use crate::seal::signature::{SignatureError, release_comment};
use crate::seal::signers::{self, SignerCount};
use crate::seal::sums::{Sums, SumsError};
use crate::verify::outcome::{Failure, Outcome};

/// Bytes read at a time.
const BUFFER_BYTES: usize = 1 << 20;

/// One way in which a folder is not what its seal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A file that the seal names is not there.
    Missing(String),
    /// A file that nothing explains.
    Extra(String),
    /// A folder that no file needs.
    ExtraFolder(String),
    /// A link, a device, a strange name.
    Odd(String, Odd),
    /// Its size or its SHA-256 is not the sealed one.
    Changed(String),
    /// A signature file that does not count and is not explained.
    Signature(String, SignatureError),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "missing: {name}"),
            Self::Extra(name) => write!(f, "not part of the release: {}", escape(name)),
            Self::ExtraFolder(name) => write!(f, "not part of the release: {}/", escape(name)),
            Self::Odd(name, odd) => write!(f, "{}: {odd}", escape(name)),
            Self::Changed(name) => write!(f, "changed: {name}"),
            Self::Signature(name, error) => write!(f, "{}: {error}", escape(name)),
        }
    }
}

/// Why a release folder cannot be read as one.
#[derive(Debug)]
pub enum ReleaseError {
    /// Reading failed.
    File(FileError),
    /// No `SEAL/SHA256SUMS` in it.
    NotARelease(PathBuf),
    /// The chain in it is refused.
    Trust(TrustFolderError),
    /// `SHA256SUMS` is refused.
    Sums(SumsError),
    /// `manifest.json` is not the one in `SHA256SUMS`.
    ManifestChanged,
    /// `manifest.json` is refused.
    Manifest(ManifestError),
    /// A file stands in one of manifest and `SHA256SUMS` only.
    FileLists(String),
}

impl fmt::Display for ReleaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => write!(f, "{error}"),
            Self::NotARelease(path) => write!(f, "{} is not a release folder", shown(path)),
            Self::Trust(error) => write!(f, "{TRUST_FOLDER}: {error}"),
            Self::Sums(error) => write!(f, "{SUMS}: {error}"),
            Self::ManifestChanged => write!(f, "{MANIFEST} is not the one in {SUMS}"),
            Self::Manifest(error) => write!(f, "{MANIFEST}: {error}"),
            Self::FileLists(path) => {
                write!(f, "{} stands in only one of {MANIFEST} and {SUMS}", escape(path))
            }
        }
    }
}

impl std::error::Error for ReleaseError {}

impl From<ReleaseError> for Failure {
    fn from(error: ReleaseError) -> Self {
        let what = error.to_string();
        match error {
            ReleaseError::File(FileError::Io { .. }) => Self::new(Outcome::Io, what, ""),
            ReleaseError::NotARelease(_) => {
                Self::new(Outcome::Usage, what, "Name the folder that mediaseal build made.")
            }
            _ => Self::new(Outcome::Fail, what, "Do not sign it. Ask for a newly built release."),
        }
    }
}

/// The seal of a release folder; its other files are not read yet.
#[derive(Clone, Debug)]
pub struct Release {
    root: PathBuf,
    listing: Listing,
    /// `SHA256SUMS` as received: what is signed.
    pub sums_bytes: Vec<u8>,
    /// What it says.
    pub sums: Sums,
    /// What the release is.
    pub manifest: Manifest,
    /// The chain that it carries, which proves itself and nothing more.
    pub chain: Chain,
    /// Its signatures, judged by that chain.
    pub signers: SignerCount,
    /// What is wrong under `SEAL/`.
    problems: Vec<Problem>,
}

impl Release {
    /// Reads the seal under `root`, in the order in which a verifier does:
    /// chain, signatures over the received bytes, then what they cover.
    pub fn read(root: &Path) -> Result<Self, ReleaseError> {
        let listing = Listing::read(root).map_err(ReleaseError::File)?;
        let Some(sums_path) = listing.files.get(SUMS) else {
            return Err(ReleaseError::NotARelease(root.to_path_buf()));
        };
        let sums_bytes = files::read(sums_path, MAX_SUMS_BYTES).map_err(ReleaseError::File)?;
        let prefix = format!("{TRUST_FOLDER}/");
        let documents = trust_folder::documents(&listing, &prefix).map_err(ReleaseError::Trust)?;
        let refused = documents.refused.into_iter();
        let mut problems: Vec<_> =
            refused.map(|(name, error)| Problem::Signature(name, error)).collect();
        let chain = trust_folder::proved(documents.signed).map_err(ReleaseError::Trust)?;
        problems.extend(trust_problems(&chain));
        let files = signature_files(&listing)?;
        let named = files.iter().map(|(key, bytes)| (*key, bytes.as_slice()));
        let signers = signers::count(&chain, &sums_bytes, named);
        let sums = Sums::parse(&sums_bytes).map_err(ReleaseError::Sums)?;
        let manifest = read_manifest(&listing, &sums)?;
        let mut release = Self {
            root: root.to_path_buf(),
            listing,
            sums_bytes,
            sums,
            manifest,
            chain,
            signers,
            problems,
        };
        release.judge_signatures();
        Ok(release)
    }

    /// Refused signature files, and those whose comment names another release.
    fn judge_signatures(&mut self) {
        let path = |id: KeyId| crate::seal::layout::sums_signature(id);
        let comment = self.trusted_comment();
        let strangers = self.signers.valid().filter(|signed| signed.trusted_comment != comment);
        let strangers = strangers.map(|s| (s.signer.key.id(), SignatureError::OtherDocument));
        let wrong: Vec<_> = self.signers.refused.iter().copied().chain(strangers).collect();
        let wrong = wrong.into_iter().map(|(id, error)| Problem::Signature(path(id), error));
        self.problems.extend(wrong);
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// SHA-256 of `SHA256SUMS`.
    pub fn code(&self) -> Digest {
        Digest::of(&self.sums_bytes)
    }

    /// The trusted comment that its signatures must have.
    pub fn trusted_comment(&self) -> String {
        let manifest = &self.manifest;
        let position = manifest.position();
        release_comment(&manifest.publisher, &manifest.product, &manifest.version, position)
    }

    /// Bytes of all files that the seal names.
    pub fn bytes(&self) -> u64 {
        self.manifest.files.iter().map(|file| file.size).sum()
    }

    /// Reads every file again and names everything that is not as sealed.
    /// `progress` is told the bytes read so far.
    pub fn check(&self, progress: &mut dyn FnMut(u64)) -> Result<Vec<Problem>, FileError> {
        let mut problems = self.problems.clone();
        let odd = self.listing.odd.iter();
        problems.extend(odd.map(|(name, odd)| Problem::Odd(name.clone(), *odd)));
        let mut folders = BTreeSet::from([SEAL_FOLDER, TRUST_FOLDER]);
        for (path, _) in self.sums.lines() {
            folders.extend(path.match_indices('/').map(|(at, _)| &path[..at]));
        }
        let strange = self.listing.folders.iter().filter(|name| !folders.contains(name.as_str()));
        problems.extend(strange.cloned().map(Problem::ExtraFolder));
        for name in self.listing.files.keys() {
            // What a name under SEAL/ means was judged with the seal.
            if self.sums.digest(name).is_none() && seal_name(name).is_none() {
                problems.push(Problem::Extra(name.clone()));
            }
        }
        let mut done = 0;
        for file in &self.manifest.files {
            match self.listing.files.get(&file.path) {
                None => problems.push(Problem::Missing(file.path.clone())),
                Some(path) => {
                    let digest = hash(path, file.size, &mut |bytes| progress(done + bytes))?;
                    if digest.is_none() || digest != self.sums.digest(&file.path) {
                        problems.push(Problem::Changed(file.path.clone()));
                    }
                }
            }
            done += file.size;
        }
        Ok(problems)
    }
}

/// The SHA-256 of exactly `size` bytes; `None` if the file has another size.
fn hash(
    path: &Path,
    size: u64,
    progress: &mut dyn FnMut(u64),
) -> Result<Option<Digest>, FileError> {
    let file = File::open(path).map_err(FileError::io(path, "open"))?;
    // One byte more tells a longer file; a growing one ends here, too.
    let mut reader = file.take(size.saturating_add(1));
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut hasher = Sha256::new();
    let mut done = 0;
    loop {
        let count = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(FileError::io(path, "read")(error)),
        };
        hasher.update(&buffer[..count]);
        done += count as u64;
        progress(done);
    }
    Ok((done == size).then(|| Digest(hasher.finalize().into())))
}

/// Signature files of trust documents that are not explained.
fn trust_problems(chain: &Chain) -> Vec<Problem> {
    let mut problems = Vec::new();
    for link in chain.links() {
        let version = link.document.version;
        for file in &link.signed.signatures {
            if let Err(error) = chain.explains(version, file) {
                let id = crate::seal::signature::Signature::parse(file).map(|s| s.key_id());
                let name = id.map(|id| crate::seal::layout::trust_signature(version, id));
                problems.push(Problem::Signature(name.unwrap_or_default(), error));
            }
        }
    }
    problems
}

/// Signature files of `SHA256SUMS`. One that is too long is kept as empty,
/// which is refused by its name.
fn signature_files(listing: &Listing) -> Result<Vec<(KeyId, Vec<u8>)>, ReleaseError> {
    let mut files = Vec::new();
    for (name, path) in &listing.files {
        if let Some(SealName::SumsSignature(key)) = seal_name(name) {
            match files::read(path, MAX_SIGNATURE_BYTES) {
                Ok(bytes) => files.push((key, bytes)),
                Err(FileError::TooLong { .. }) => files.push((key, Vec::new())),
                Err(error) => return Err(ReleaseError::File(error)),
            }
        }
    }
    Ok(files)
}

fn read_manifest(listing: &Listing, sums: &Sums) -> Result<Manifest, ReleaseError> {
    let path = listing.files.get(MANIFEST).ok_or(ReleaseError::ManifestChanged)?;
    let bytes = files::read(path, MAX_MANIFEST_BYTES).map_err(ReleaseError::File)?;
    if sums.digest(MANIFEST) != Some(Digest::of(&bytes)) {
        return Err(ReleaseError::ManifestChanged);
    }
    let manifest = Manifest::parse(&bytes).map_err(ReleaseError::Manifest)?;
    match manifest.differs_from(sums) {
        Some(path) => Err(ReleaseError::FileLists(path)),
        None => Ok(manifest),
    }
}
