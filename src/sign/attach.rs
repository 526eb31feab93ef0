//! Signatures that minisign itself made, brought to the canonical form.
//!
//! A signer's own air-gapped PC has minisign and no mediaseal. What comes back
//! may have CR LF (Windows) and another untrusted comment, neither of which
//! anything signs; both are rewritten. Everything that is signed is verified
//! first, by the same code that counts signatures later.

use std::fmt;
use std::path::{Path, PathBuf};

use super::files::{self, Access, Existing, FileError, below, shown};
use super::release::{Release, ReleaseError};
use super::trust_folder::{TrustFolder, TrustFolderError};
use crate::seal::base64;
use crate::seal::chain::Chain;
use crate::seal::key::KeyId;
use crate::seal::layout::{SEAL_FOLDER, SealName, seal_name, sums_signature, trust_signature};
use crate::seal::limits::MAX_SIGNATURE_BYTES;
use crate::seal::names::{Identifier, escape};
use crate::seal::signature::{
    Signature, SignatureError, TRUSTED_PREFIX, UNTRUSTED_COMMENT, trust_comment,
};
use crate::seal::signers;
use crate::verify::finding::Kind;
use crate::verify::outcome::{Failure, Outcome};

/// Bytes of a file to attach: minisign writes untrusted comments of up to
/// 1,024 bytes beside the rest.
const MAX_FOREIGN_BYTES: usize = 8 * MAX_SIGNATURE_BYTES;
/// The algorithm bytes of minisign's legacy format.
const LEGACY: &[u8; 2] = b"Ed";

/// Why a signature was not taken over.
#[derive(Debug)]
pub enum AttachError {
    /// Reading or writing failed.
    File(FileError),
    /// The release folder is refused.
    Release(ReleaseError),
    /// The folder of trust documents is refused.
    Trust(TrustFolderError),
    /// Neither a release folder nor one of trust documents.
    NoTarget(PathBuf),
    /// Not a minisign signature file.
    Format,
    /// Made with `minisign -l`.
    Legacy,
    /// Its key may not sign this.
    Key(KeyId),
    /// It is over something else.
    Content(KeyId),
    /// Its trusted comment was changed after signing.
    Comment,
    /// Its trusted comment is valid but not the one that is needed.
    OtherDocument {
        /// What it says.
        found: String,
        /// What it must say.
        expected: String,
    },
}

impl fmt::Display for AttachError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => write!(f, "{error}"),
            Self::Release(error) => write!(f, "{error}"),
            Self::Trust(error) => write!(f, "{error}"),
            Self::NoTarget(path) => {
                write!(f, "{} is neither a release nor a folder of trust documents", shown(path))
            }
            Self::Format => write!(f, "not a minisign signature file"),
            Self::Legacy => write!(f, "the signature has minisign's legacy format (-l)"),
            Self::Key(id) => write!(f, "key {id} may not sign this"),
            Self::Content(id) => write!(f, "not a signature of key {id} over this very file"),
            Self::Comment => write!(f, "its trusted comment was changed after signing"),
            Self::OtherDocument { found, expected } => write!(
                f,
                "its trusted comment is of another document\nfound:    {}\nexpected: {expected}",
                escape(found)
            ),
        }
    }
}

impl std::error::Error for AttachError {}

impl From<AttachError> for Failure {
    fn from(error: AttachError) -> Self {
        let what = error.to_string();
        let (outcome, next) = match error {
            AttachError::File(error) => return error.into(),
            AttachError::Release(error) => return error.into(),
            AttachError::Trust(error) => return error.into(),
            AttachError::NoTarget(_) => (Outcome::Usage, "Name one of the two."),
            AttachError::Legacy => (
                Outcome::Fail,
                "One flipped byte would turn it into a signature of other content.\n\
                 Sign again without -l.",
            ),
            AttachError::Key(_) => {
                (Outcome::TrustSetUp, "Use a key that the newest trust document names for it.")
            }
            AttachError::Content(_) => {
                (Outcome::Fail, "Sign the file as it is now; it may have changed since.")
            }
            AttachError::OtherDocument { .. } => {
                (Outcome::Fail, "Sign again with exactly the line that --print shows.")
            }
            AttachError::Format | AttachError::Comment => (Outcome::Fail, "Sign again."),
        };
        Self::new(outcome, what, next)
    }
}

/// A signature that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// Where it belongs.
    pub path: PathBuf,
    /// The canonical bytes.
    pub bytes: Vec<u8>,
    /// Whose key it is.
    pub signer: Identifier,
}

/// Checks the signature in `file` for `folder`, a release or a folder of trust
/// documents. Nothing is written.
pub fn check(folder: &Path, file: &Path) -> Result<Attached, AttachError> {
    let bytes = match files::read(file, MAX_FOREIGN_BYTES) {
        Ok(bytes) => bytes,
        Err(FileError::TooLong { .. }) => return Err(AttachError::Format),
        Err(error) => return Err(AttachError::File(error)),
    };
    let signature = normalise(&bytes)?;
    let trust_version = trust_version(signature.trusted_comment());
    if folder.join(SEAL_FOLDER).is_dir() {
        let release = Release::read_seal(folder, None).map_err(AttachError::Release)?;
        // A file in place of a signature may be the one that is attached.
        let others = release.problems().filter(|kind| !is_about_a_signature(kind));
        let others: Vec<Kind> = others.cloned().collect();
        if !others.is_empty() {
            return Err(AttachError::Release(ReleaseError::Refused(others)));
        }
        return match trust_version {
            None => for_release(&release, &signature),
            Some(version) => {
                let path = folder.join(trust_signature(version, signature.key_id()));
                for_trust(&release.chain, version, &signature, path)
            }
        };
    }
    if !folder.join("1.json").is_file() {
        return Err(AttachError::NoTarget(folder.to_path_buf()));
    }
    let (trust, _) = TrustFolder::read_loosely(folder).map_err(AttachError::Trust)?;
    let newest = trust.chain().length();
    let version = trust_version.unwrap_or(newest);
    let path = trust.signature_path(version, signature.key_id());
    for_trust(trust.chain(), version, &signature, path)
}

fn is_about_a_signature(kind: &Kind) -> bool {
    match kind {
        Kind::SignatureRefused { .. }
        | Kind::SignatureOfOtherRelease { .. }
        | Kind::TrustSignatureRefused { .. } => true,
        Kind::SealFileTooLong { path, .. } => matches!(
            seal_name(path),
            Some(SealName::SumsSignature(_) | SealName::TrustSignature(..))
        ),
        _ => false,
    }
}

/// Writes a checked signature to its place. One that is there already and says
/// the same stays, and that is no error.
pub fn write(attached: &Attached, existing: Existing) -> Result<(), FileError> {
    // A pipe in the place of the signature would make us wait for a writer.
    let plain = attached.path.symlink_metadata().is_ok_and(|found| found.is_file());
    let there = plain.then(|| files::read(&attached.path, MAX_FOREIGN_BYTES).ok()).flatten();
    match there {
        Some(there) if there == attached.bytes => return Ok(()),
        // minisign wrote to the place itself: the same signature, not yet in
        // its canonical form.
        Some(there) if normalise(&there).is_ok_and(|s| s.print() == attached.bytes) => {
            return files::write(
                &attached.path,
                &attached.bytes,
                Access::Everyone,
                Existing::Replace,
            );
        }
        _ => {}
    }
    files::write(&attached.path, &attached.bytes, Access::Everyone, existing)
}

/// Reads what any minisign writes and keeps what is signed.
fn normalise(bytes: &[u8]) -> Result<Signature, AttachError> {
    let text = std::str::from_utf8(bytes).map_err(|_| AttachError::Format)?;
    let lines: Vec<&str> = text.trim_end_matches(['\r', '\n']).lines().collect();
    let [untrusted, first, trusted, second] = lines[..] else {
        return Err(AttachError::Format);
    };
    if !untrusted.starts_with("untrusted comment: ") || !trusted.starts_with(TRUSTED_PREFIX) {
        return Err(AttachError::Format);
    }
    let packed = base64::decode(first).ok_or(AttachError::Format)?;
    if packed.starts_with(LEGACY) {
        return Err(AttachError::Legacy);
    }
    let canonical = format!("{UNTRUSTED_COMMENT}\n{first}\n{trusted}\n{second}\n");
    Signature::parse(canonical.as_bytes()).map_err(|_| AttachError::Format)
}

/// The number in `mediaseal trust <publisher> <N>`.
fn trust_version(comment: &str) -> Option<u32> {
    let (_, version) = comment.strip_prefix("mediaseal trust ")?.split_once(' ')?;
    version.parse().ok()
}

fn for_release(release: &Release, signature: &Signature) -> Result<Attached, AttachError> {
    let id = signature.key_id();
    let role = &release.chain.newest().document.roles.release;
    let holder = role.keys.iter().find(|holder| holder.public_key.id() == id);
    let holder = holder.ok_or(AttachError::Key(id))?;
    signature.verify(&holder.public_key, &release.sums_bytes).map_err(|e| refused(e, id))?;
    same_comment(signature, release.trusted_comment())?;
    let bytes = signature.print();
    // The count that decides later has the last word.
    let count = signers::count(&release.chain, &release.sums_bytes, [(id, bytes.as_slice())]);
    match count.counted.len() {
        1 => {
            let path = below(release.root(), &sums_signature(id));
            Ok(Attached { path, bytes, signer: holder.name.clone() })
        }
        _ => Err(AttachError::Key(id)),
    }
}

fn for_trust(
    chain: &Chain,
    version: u32,
    signature: &Signature,
    path: PathBuf,
) -> Result<Attached, AttachError> {
    let id = signature.key_id();
    // A number that the chain does not have names another document, too.
    let link = chain.link(version).unwrap_or(chain.newest());
    let version = link.document.version;
    let expected = trust_comment(chain.publisher(), version);
    let bytes = signature.print();
    match chain.explains(version, &bytes) {
        Ok(key) => {
            let holder = chain.holders().find(|holder| holder.public_key == key);
            let signer = holder.map(|holder| holder.name.clone()).ok_or(AttachError::Key(id))?;
            Ok(Attached { path, bytes, signer })
        }
        Err(SignatureError::UnknownKey) => Err(AttachError::Key(id)),
        Err(SignatureError::OtherDocument) => {
            same_comment(signature, expected).and(Err(AttachError::Format))
        }
        Err(error) => Err(refused(error, id)),
    }
}

fn same_comment(signature: &Signature, expected: String) -> Result<(), AttachError> {
    match signature.trusted_comment() == expected {
        true => Ok(()),
        false => {
            let found = signature.trusted_comment().to_string();
            Err(AttachError::OtherDocument { found, expected })
        }
    }
}

fn refused(error: SignatureError, id: KeyId) -> AttachError {
    match error {
        SignatureError::Comment => AttachError::Comment,
        _ => AttachError::Content(id),
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;

    use super::*;
    use crate::seal::testing::TestKey;

    fn good() -> String {
        String::from_utf8(TestKey::new(1).sign(b"message", "mediaseal trust p 1")).unwrap()
    }

    #[test]
    fn what_nobody_signs_is_rewritten() {
        let good = good();
        let foreign = [
            good.clone(),
            good.replace('\n', "\r\n"),
            good.trim_end().to_string(),
            format!("{good}\n\r\n"),
            good.replacen(UNTRUSTED_COMMENT, "untrusted comment: mine", 1),
            good.replacen(UNTRUSTED_COMMENT, &format!("untrusted comment: {}", "é".repeat(500)), 1),
        ];
        for text in foreign {
            let signature = normalise(text.as_bytes()).unwrap();
            assert_eq!(signature.print(), good.as_bytes(), "{text}");
        }
    }

    #[test]
    fn legacy_format_is_refused_by_name() {
        let good = good();
        let line = good.lines().nth(1).unwrap();
        let mut packed = BASE64.decode(line.as_bytes()).unwrap();
        packed[..2].copy_from_slice(LEGACY);
        let legacy = good.replacen(line, &BASE64.encode(&packed), 1);
        assert!(matches!(normalise(legacy.as_bytes()), Err(AttachError::Legacy)));
        packed[..2].copy_from_slice(b"XX");
        let unknown = good.replacen(line, &BASE64.encode(&packed), 1);
        assert!(matches!(normalise(unknown.as_bytes()), Err(AttachError::Format)));
    }

    #[test]
    fn other_files_are_no_signatures() {
        let good = good();
        for text in [
            String::new(),
            "x".repeat(3),
            good.replacen("trusted comment: m", "trusted: m", 1),
            format!("{good}fifth line\n"),
            good.lines().take(2).collect::<Vec<_>>().join("\n"),
            good.replacen("mediaseal", "media\u{1b}seal", 1),
        ] {
            assert!(matches!(normalise(text.as_bytes()), Err(AttachError::Format)), "{text}");
        }
    }

    #[test]
    fn trust_comments_name_a_document() {
        assert_eq!(trust_version("mediaseal trust p 12"), Some(12));
        assert_eq!(trust_version("mediaseal trust p"), None);
        assert_eq!(trust_version("mediaseal release p q 1.0 1.7"), None);
        assert_eq!(trust_version("mediaseal trust p 99999999999"), None);
    }
}
