//! `SEAL/SHA256SUMS`: the file that is signed.
//!
//! Plain output of `sha256sum` (GNU coreutils): for each file the digest in
//! lower-case hex, two spaces, the path, LF; sorted by the paths' bytes. It is
//! parsed, printed again and refused if a byte differs, so there is one
//! spelling. It names every file of the release and `SEAL/manifest.json`, and
//! nothing else under `SEAL/`.

use std::fmt;

use data_encoding::HEXLOWER;

use super::digest::Digest;
use super::layout::{MANIFEST, SEAL_FOLDER};
use super::limits::MAX_SUMS_BYTES;
use super::names::{NameFault, escape};
use super::paths::check_paths;
use crate::text::{Language, fill};

/// A parsed `SHA256SUMS`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sums {
    lines: Vec<(String, Digest)>,
}

/// Why `SHA256SUMS` was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SumsError {
    /// No line at all: nothing would be compared.
    Empty,
    /// Longer than [`MAX_SUMS_BYTES`].
    TooLong,
    /// A line, counted from 1, is not in the one spelling.
    Line(usize),
    /// A line, counted from 1, is not after the one before it.
    Order(usize),
    /// A path that is not allowed.
    Path(String, NameFault),
    /// A path under `SEAL/` other than the manifest.
    Sealed(String),
    /// The manifest is not named.
    NoManifest,
}

impl SumsError {
    /// Why, in words; what a stranger wrote is escaped.
    pub fn words(&self, language: Language) -> String {
        let faults = &language.table().seal_faults;
        let line = |line: &usize| [("line", line.to_string())];
        match self {
            Self::Empty => faults.sums_empty.to_string(),
            Self::TooLong => {
                fill(faults.too_long, &[("limit", language.number(MAX_SUMS_BYTES as u64))])
            }
            Self::Line(number) => fill(faults.sums_line, &line(number)),
            Self::Order(number) => fill(faults.sums_order, &line(number)),
            Self::Path(path, fault) => {
                let values = [("path", escape(path)), ("fault", fault.words(language))];
                fill(faults.path, &values)
            }
            Self::Sealed(path) => fill(faults.sums_sealed, &[("path", escape(path))]),
            Self::NoManifest => fill(faults.sums_no_manifest, &[("path", MANIFEST.to_string())]),
        }
    }
}

impl fmt::Display for SumsError {
    /// In English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Language::English))
    }
}

impl std::error::Error for SumsError {}

impl Sums {
    /// Makes the list of a release: sorts, then keeps every rule that
    /// [`parse`](Self::parse) demands.
    pub fn new(mut lines: Vec<(String, Digest)>) -> Result<Self, SumsError> {
        lines.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
        let sums = Self { lines };
        sums.check()?;
        Ok(sums)
    }

    /// Reads the received bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, SumsError> {
        if bytes.is_empty() {
            return Err(SumsError::Empty);
        }
        if bytes.len() > MAX_SUMS_BYTES {
            return Err(SumsError::TooLong);
        }
        let mut lines = Vec::new();
        for (index, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
            let parsed = parse_line(line).ok_or(SumsError::Line(index + 1))?;
            lines.push(parsed);
        }
        let sums = Self { lines };
        sums.check()?;
        // The parser takes no second spelling; this holds it to that.
        if sums.print() != bytes {
            return Err(SumsError::Line(1));
        }
        Ok(sums)
    }

    /// The one spelling.
    pub fn print(&self) -> Vec<u8> {
        let mut text = String::with_capacity(self.lines.len() * 100);
        for (path, digest) in &self.lines {
            HEXLOWER.encode_append(&digest.0, &mut text);
            text.push_str("  ");
            text.push_str(path);
            text.push('\n');
        }
        text.into_bytes()
    }

    /// Paths and digests, sorted by path.
    pub fn lines(&self) -> &[(String, Digest)] {
        &self.lines
    }

    /// The digest of `path`.
    pub fn digest(&self, path: &str) -> Option<Digest> {
        let found = self.lines.binary_search_by(|line| line.0.as_bytes().cmp(path.as_bytes()));
        found.ok().map(|index| self.lines[index].1)
    }

    fn check(&self) -> Result<(), SumsError> {
        if self.lines.is_empty() {
            return Err(SumsError::Empty);
        }
        for (index, pair) in self.lines.windows(2).enumerate() {
            if pair[0].0.as_bytes() >= pair[1].0.as_bytes() {
                return Err(SumsError::Order(index + 2));
            }
        }
        let files = self.lines.iter().map(|(path, _)| path.as_str());
        // The manifest is not a file of the release and not counted among them.
        check_paths(files.clone().filter(|path| *path != MANIFEST))
            .map_err(|(path, fault)| SumsError::Path(path, fault))?;
        for path in files.filter(|path| *path != MANIFEST) {
            let top = path.split('/').next().unwrap_or(path);
            if top.eq_ignore_ascii_case(SEAL_FOLDER) {
                return Err(SumsError::Sealed(path.to_string()));
            }
        }
        self.digest(MANIFEST).map(|_| ()).ok_or(SumsError::NoManifest)
    }
}

fn parse_line(line: &[u8]) -> Option<(String, Digest)> {
    let line = line.strip_suffix(b"\n")?;
    let text = std::str::from_utf8(line).ok()?;
    let (digest, path) = text.split_at_checked(64)?;
    let path = path.strip_prefix("  ")?;
    Some((path.to_string(), Digest::parse(digest)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Sums {
        let digest = Digest::of(b"x");
        let lines = [MANIFEST, "PAYLOAD/a.msi", "README.TXT"];
        Sums::new(lines.iter().map(|p| (p.to_string(), digest)).collect()).unwrap()
    }

    #[test]
    fn printed_and_read_again() {
        let sums = sample();
        assert_eq!(Sums::parse(&sums.print()), Ok(sums.clone()));
        assert_eq!(sums.lines()[0].0, "PAYLOAD/a.msi");
        assert_eq!(sums.digest("README.TXT"), Some(Digest::of(b"x")));
        assert_eq!(sums.digest("README"), None);
    }

    #[test]
    fn any_other_spelling_is_refused() {
        let good = String::from_utf8(sample().print()).unwrap();
        assert_eq!(Sums::parse(b""), Err(SumsError::Empty));
        let variants = [
            good.trim_end().to_string(),
            format!("{good}\n"),
            format!("\u{feff}{good}"),
            good.replace('\n', "\r\n"),
            good.replacen("  ", " *", 1),
            good.replacen("  ", "   ", 1),
            good.replacen('2', "A", 1),
            good.replacen("README", "\\README", 1),
            good.replacen("README", "../EADME", 1),
            good.replacen("README.TXT", "payload/A.MSI", 1),
            format!("{good}{}", good.lines().last().unwrap()),
            good.lines().rev().map(|l| format!("{l}\n")).collect(),
            good.lines().take(2).map(|l| format!("{l}\n")).collect(),
            good.replacen("SEAL/manifest.json", "SEAL/manifest.jsox", 1),
            good.replacen("PAYLOAD/a.msi", "SEAL/a.msi", 1),
            good.replacen("PAYLOAD/a.msi", "Seal/a.msi", 1),
        ];
        for text in variants {
            assert!(Sums::parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn the_line_that_is_wrong_is_named() {
        let lines: Vec<String> =
            ["a", "b", "c", "d"].map(|path| format!("{}  {path}\n", Digest::of(b"x"))).into();
        let parsed = |lines: [&str; 3]| Sums::parse(lines.concat().as_bytes());
        assert_eq!(parsed([&lines[0], "b\n", &lines[2]]), Err(SumsError::Line(2)));
        assert_eq!(parsed(["a\n", &lines[1], &lines[2]]), Err(SumsError::Line(1)));
        assert_eq!(parsed([&lines[0], &lines[2], &lines[1]]), Err(SumsError::Order(3)));
        assert_eq!(parsed([&lines[1], &lines[0], &lines[2]]), Err(SumsError::Order(2)));
    }

    #[test]
    fn lines_are_read_up_to_the_limit_and_not_one_byte_more() {
        let longest = vec![b'x'; MAX_SUMS_BYTES];
        assert_eq!(Sums::parse(&longest), Err(SumsError::Line(1)));
        assert_eq!(Sums::parse(&[&longest[..], b"x"].concat()), Err(SumsError::TooLong));
    }

    #[test]
    fn every_flipped_bit_gives_an_error_or_another_list() {
        let sums = sample();
        let good = sums.print();
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(Sums::parse(&bad), Ok(sums.clone()));
        }
    }
}
