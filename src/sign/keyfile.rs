//! minisign secret key files: making them, opening them, signing with them.
//!
//! Format (minisign manual, "Secret key format"): an untrusted comment and the
//! base64 of 158 bytes: `Ed`, the key derivation (`Sc` for scrypt, zeros for
//! none), `B2`, salt (32), scrypt's operations (8) and memory (8), then, under
//! the password's key stream, key id (8), secret and public key (64) and a
//! checksum (32). Keys of stock minisign open here and ours open there.
//!
//! Every signature is verified by the verifier's own code before it leaves
//! [`SigningKey::sign`].

use std::fmt;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use minisign::{ErrorKind, KeyPair, SecretKey, SecretKeyBox};

use super::files::{self, Access, Existing, FileError, shown};
use super::secret::Secret;
use crate::seal::key::{KeyId, PublicKey};
use crate::seal::signature::{Signature, UNTRUSTED_COMMENT};
use crate::verify::outcome::{Failure, Outcome};

/// Bytes of a key file: two lines, of which one is 212 long.
const MAX_KEY_FILE_BYTES: usize = 4096;
/// What stands before a comment.
const COMMENT_PREFIX: &str = "untrusted comment:";
/// Bytes under the base64.
const KEY_BYTES: usize = 158;
/// scrypt's largest operations limit: what stock minisign writes. A file that
/// asks for more would keep the program busy for hours.
const MAX_OPERATIONS: u64 = 1 << 25;
/// scrypt's largest memory limit, bytes: what stock minisign writes.
const MAX_MEMORY: u64 = 1 << 30;

/// Why a key could not be made, opened or used.
#[derive(Debug)]
pub enum KeyfileError {
    /// Reading or writing failed.
    File(FileError),
    /// Not a minisign secret key file.
    Format(PathBuf),
    /// A public key file where a secret one is needed.
    PublicKey(PathBuf),
    /// It wants more memory or time than minisign's own files.
    TooCostly(PathBuf),
    /// It has a password and none was given.
    PasswordNeeded(PathBuf),
    /// The password is not this key's.
    WrongPassword(PathBuf),
    /// Its parts do not belong together.
    Damaged(PathBuf),
    /// The signing crate failed, or signed what our verifier refuses.
    Engine(String),
}

impl fmt::Display for KeyfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => write!(f, "{error}"),
            Self::Format(path) => write!(f, "{} is not a minisign secret key file", shown(path)),
            Self::PublicKey(path) => {
                write!(f, "{} is a public key; the secret one is needed", shown(path))
            }
            Self::TooCostly(path) => {
                write!(f, "{} asks for more memory or time than any minisign key", shown(path))
            }
            Self::PasswordNeeded(path) => write!(f, "{} has a password", shown(path)),
            Self::WrongPassword(path) => write!(f, "wrong password for {}", shown(path)),
            Self::Damaged(path) => write!(f, "{} is damaged", shown(path)),
            Self::Engine(why) => write!(f, "signing failed: {why}"),
        }
    }
}

impl std::error::Error for KeyfileError {}

impl From<KeyfileError> for Failure {
    fn from(error: KeyfileError) -> Self {
        let what = error.to_string();
        let (outcome, next) = match error {
            KeyfileError::File(error) => return error.into(),
            KeyfileError::Format(_) => (Outcome::Usage, "Make one with: mediaseal keygen."),
            KeyfileError::PublicKey(_) => (Outcome::Usage, "Name the .key file beside it."),
            KeyfileError::PasswordNeeded(_) => (Outcome::Usage, "Use --password-file FILE."),
            KeyfileError::WrongPassword(_) => (Outcome::Usage, "Nothing was written; try again."),
            KeyfileError::TooCostly(_) | KeyfileError::Damaged(_) => {
                (Outcome::Usage, "Take your copy of the key.")
            }
            KeyfileError::Engine(_) => (Outcome::Io, "Nothing was written."),
        };
        Self::new(outcome, what, next)
    }
}

/// Where the key id stands in an unpacked secret key: behind algorithms (6),
/// salt (32) and costs (16).
const KEY_ID_AT: usize = 54;

/// A key that was just made and is not written yet.
pub struct NewKey {
    file: Secret,
    public: PublicKey,
}

/// Where a key's two files stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPaths {
    /// `NAME.key`, its owner's alone.
    pub secret: PathBuf,
    /// `NAME.pub`.
    pub public: PathBuf,
}

/// `NAME.key` and `NAME.pub`.
pub fn key_paths(name: &Path) -> KeyPaths {
    let with = |extension: &str| {
        let mut text = name.as_os_str().to_os_string();
        text.push(extension);
        PathBuf::from(text)
    };
    KeyPaths { secret: with(".key"), public: with(".pub") }
}

/// minisign's two-line public key file, its key id with all 16 digits.
pub fn public_file(key: &PublicKey) -> String {
    format!("{COMMENT_PREFIX} minisign public key {}\n{key}\n", key.id())
}

impl NewKey {
    /// Makes a key from the system's random numbers; under `password` if there
    /// is one (scrypt with 32 MiB; `minisign -C` makes that 1 GiB).
    pub fn generate(password: Option<&Secret>) -> Result<Self, KeyfileError> {
        let (pair, comment) = match password {
            None => (KeyPair::generate_unencrypted_keypair(), "minisign secret key, no password"),
            Some(password) => {
                let password = std::str::from_utf8(password.expose()).map_err(engine)?.to_string();
                let pair = KeyPair::generate_encrypted_keypair(Some(password));
                (pair, "minisign encrypted secret key")
            }
        };
        let pair = pair.map_err(engine)?;
        let public = PublicKey::parse(&pair.pk.to_base64()).map_err(engine)?;
        let text = String::from(pair.sk.to_box(Some(comment)).map_err(engine)?);
        Ok(Self { file: Secret::new(text.into_bytes()), public })
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// Writes `NAME.key` (mode 0600) and `NAME.pub`; neither replaces a file
    /// unless that was asked for.
    pub fn write(&self, name: &Path, existing: Existing) -> Result<KeyPaths, KeyfileError> {
        let paths = key_paths(name);
        if existing == Existing::Refuse {
            for path in [&paths.secret, &paths.public] {
                if path.symlink_metadata().is_ok() {
                    return Err(KeyfileError::File(FileError::exists(path)));
                }
            }
        }
        // The secret first: a public key without its secret is of no use, the
        // other way round `minisign -R` makes it again.
        files::write(&paths.secret, self.file.expose(), Access::Owner, existing)
            .map_err(KeyfileError::File)?;
        let text = public_file(&self.public);
        files::write(&paths.public, text.as_bytes(), Access::Everyone, existing)
            .map_err(KeyfileError::File)?;
        Ok(paths)
    }
}

/// A secret key file that was read and is not opened yet.
pub struct KeyFile {
    path: PathBuf,
    line: Secret,
    packed: Secret,
}

impl KeyFile {
    /// Reads and checks the shape of a key file, LF or CR LF.
    pub fn read(path: &Path) -> Result<Self, KeyfileError> {
        let bytes = files::read(path, MAX_KEY_FILE_BYTES).map_err(|error| match error {
            FileError::TooLong { path, .. } => KeyfileError::Format(path),
            error => KeyfileError::File(error),
        })?;
        let whole = Secret::new(bytes);
        let wrong = || KeyfileError::Format(path.to_path_buf());
        let text = std::str::from_utf8(whole.expose()).map_err(|_| wrong())?;
        if PublicKey::parse_file(text).is_ok() {
            return Err(KeyfileError::PublicKey(path.to_path_buf()));
        }
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        let [comment, line] = lines[..] else { return Err(wrong()) };
        if !comment.starts_with(COMMENT_PREFIX) {
            return Err(wrong());
        }
        let packed = Secret::new(BASE64.decode(line.as_bytes()).map_err(|_| wrong())?);
        let parts = packed.expose();
        let derivation = parts.get(2..4);
        let known = [&b"Sc"[..], &[0, 0]].contains(&derivation.unwrap_or_default());
        if parts.len() != KEY_BYTES || !parts.starts_with(b"Ed") || &parts[4..6] != b"B2" || !known
        {
            return Err(wrong());
        }
        let line = Secret::new(line.as_bytes().to_vec());
        let file = Self { path: path.to_path_buf(), line, packed };
        match file.is_encrypted()
            && (file.number(38) > MAX_OPERATIONS || file.number(46) > MAX_MEMORY)
        {
            true => Err(KeyfileError::TooCostly(path.to_path_buf())),
            false => Ok(file),
        }
    }

    /// True if a password is needed.
    pub fn is_encrypted(&self) -> bool {
        &self.packed.expose()[2..4] == b"Sc"
    }

    /// Where it was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The little-endian number at `at`.
    fn number(&self, at: usize) -> u64 {
        let bytes = &self.packed.expose()[at..at + 8];
        bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    }

    /// Opens the key; `password` is not looked at where the file has none.
    pub fn unlock(self, password: Option<&Secret>) -> Result<SigningKey, KeyfileError> {
        let damaged = || KeyfileError::Damaged(self.path.clone());
        let secret = if self.is_encrypted() {
            let password = password.ok_or(KeyfileError::PasswordNeeded(self.path.clone()))?;
            let wrong = || KeyfileError::WrongPassword(self.path.clone());
            let password = std::str::from_utf8(password.expose()).map_err(|_| wrong())?.to_string();
            let line = String::from_utf8_lossy(self.line.expose());
            let text = format!("{COMMENT_PREFIX} x\n{line}\n");
            SecretKeyBox::from(text).into_secret_key(Some(password)).map_err(|error| match error
                .kind()
            {
                ErrorKind::Verify => wrong(),
                _ => damaged(),
            })?
        } else {
            // Stock minisign leaves the checksum of such a file zero; the
            // proof below stands in for it.
            SecretKey::from_bytes(self.packed.expose()).map_err(|_| damaged())?
        };
        let public = minisign::PublicKey::from_secret_key(&secret).map_err(|_| damaged())?;
        let public = PublicKey::parse(&public.to_base64()).map_err(|_| damaged())?;
        let key = SigningKey { secret, public };
        // Both halves belong together exactly if this verifies.
        match key.sign(b"", "mediaseal key test") {
            Ok(_) => Ok(key),
            Err(_) => Err(damaged()),
        }
    }
}

/// An opened signing key. It cannot be printed, compared or copied.
pub struct SigningKey {
    secret: SecretKey,
    public: PublicKey,
}

impl SigningKey {
    /// A key for one exercise, never written to a file; with the id of another
    /// key, where it stands in for one that nobody here has.
    pub fn throwaway(id: Option<KeyId>) -> Result<Self, KeyfileError> {
        let pair = KeyPair::generate_unencrypted_keypair().map_err(engine)?;
        let mut packed = pair.sk.to_bytes();
        if let (Some(id), Some(place)) = (id, packed.get_mut(KEY_ID_AT..KEY_ID_AT + 8)) {
            place.copy_from_slice(&id.0);
        }
        let secret = SecretKey::from_bytes(&packed).map_err(engine)?;
        let public = minisign::PublicKey::from_secret_key(&secret).map_err(engine)?;
        let public = PublicKey::parse(&public.to_base64()).map_err(engine)?;
        match id.is_none_or(|id| id == public.id()) {
            true => Ok(Self { secret, public }),
            false => Err(KeyfileError::Engine("another key id than the one asked for".to_string())),
        }
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// The canonical signature file over `message`, verified.
    pub fn sign(&self, message: &[u8], trusted_comment: &str) -> Result<Vec<u8>, KeyfileError> {
        let untrusted = UNTRUSTED_COMMENT.strip_prefix("untrusted comment: ");
        let made = minisign::sign(
            None,
            &self.secret,
            Cursor::new(message),
            Some(trusted_comment),
            untrusted,
        );
        let bytes = made.map_err(engine)?.to_string().into_bytes();
        let signature = Signature::parse(&bytes).map_err(engine)?;
        signature.verify(&self.public, message).map_err(engine)?;
        match signature.trusted_comment() == trusted_comment && signature.print() == bytes {
            true => Ok(bytes),
            false => Err(KeyfileError::Engine("another comment than the one given".to_string())),
        }
    }
}

fn engine(error: impl fmt::Display) -> KeyfileError {
    KeyfileError::Engine(error.to_string())
}

#[cfg(test)]
#[path = "keyfile_tests.rs"]
mod tests;
