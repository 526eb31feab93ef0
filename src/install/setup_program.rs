//! Setting up, first half: this program in its protected folder, and its tool code
//! compared.
//!
//! The file is read once, and what was hashed is what is written. Another program
//! that stands there already is never replaced unasked.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::instrument::computer::Unread;
use crate::instrument::person::{self, Reply};
use crate::seal::digest::Digest;
use crate::seal::names::escape_path;
use crate::store::Existing;
use crate::store::atomic::write_atomic;
use crate::store::folder::Access;
use crate::store::private::make_private_folder;
use crate::text::own::Own;
use crate::text::{Language, fill};
use crate::verify::outcome::{Failure, Outcome};
use crate::verify::session::failure;

use super::setup::{Setting, Stop};

/// Bytes of this program's own file; several times what it has.
const MAX_PROGRAM_BYTES: u64 = 256 << 20;

impl Setting<'_, '_> {
    /// Copies this program into its folder and lets its tool code be compared.
    pub(super) fn program(&mut self, dir: &Path) -> Result<(PathBuf, bool, Digest), Stop> {
        let language = self.language;
        let table = language.table();
        let failures = &table.setup_failures;
        let unread = |unread: Unread| program_unread(&unread, language);
        let own = self.computer.program().map_err(unread)?;
        let bytes = read_program(&own).map_err(|error| unread(error.into()))?;
        let tool_code = Digest::of(&bytes);
        self.show_tool_code(&tool_code);
        self.compare_tool_code(&tool_code)?;
        let folder = make_private_folder(dir, Access::Everyone).map_err(|fault| {
            let values = [("path", escape_path(dir)), ("detail", fault.words(language))];
            failure(Outcome::Refused, failures.program_folder_unsafe, &values)
        })?;
        let name = OsString::from(program_name());
        let path = dir.join(&name);
        let values = [("path", escape_path(&path))];
        let existing = match folder.read(&name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Existing::Refuse,
            Err(error) => return Err(unread(error.into()).into()),
            Ok(file) => {
                let there = read_bounded(file).map_err(|error| unread(error.into()))?;
                if Digest::of(&there) == tool_code {
                    self.say(&fill(table.setup.program_there, &values));
                    return Ok((path, false, tool_code));
                }
                self.may_replace(&values)?;
                Existing::Replace
            }
        };
        write_atomic(&folder, &name, &bytes, Access::Everyone, existing).map_err(|error| {
            let [path] = values.clone();
            let values = [path, ("detail", error.words(language))];
            failure(Outcome::Io, failures.program_not_copied, &values)
        })?;
        make_startable(&path);
        self.say(&fill(table.setup.program_copied, &values));
        Ok((path, true, tool_code))
    }

    /// Where this program is, and its tool code.
    pub(super) fn own_program(&self) -> Result<(PathBuf, Digest), Stop> {
        let unread = |unread: Unread| program_unread(&unread, self.language);
        let own = self.computer.program().map_err(unread)?;
        let bytes = read_program(&own).map_err(|error| unread(error.into()))?;
        Ok((own, Digest::of(&bytes)))
    }

    fn show_tool_code(&mut self, code: &Digest) {
        let texts = &self.language.table().setup;
        let [first, second] = code.code_lines();
        let plain = code.to_string();
        let spaced: Vec<&str> = (0..32).map(|at| &plain[at * 2..at * 2 + 2]).collect();
        self.say(texts.tool_code);
        self.say(&format!("  {first}\n  {second}"));
        self.say(texts.certutil);
        // The older one parts the bytes: 95 characters, so in two lines here.
        let spaced = [spaced[..16].join(" "), spaced[16..].join(" ")];
        self.say(&format!("  {}\n  {}\n  {plain}", spaced[0], spaced[1]));
        self.say(texts.compare_tool_code);
    }

    /// By a person, or by `--tool-code`; where neither is, it was shown.
    fn compare_tool_code(&mut self, code: &Digest) -> Result<(), Stop> {
        let table = self.language.table();
        let differs = || failure(Outcome::Refused, table.setup_failures.tool_code_differs, &[]);
        if let Some(given) = &self.wish.tool_code {
            return match Digest::parse_code(given) {
                Some(given) if given == *code => Ok(()),
                Some(_) => Err(differs().into()),
                None => Err(self.fail(Outcome::Usage, table.failures.code_not_a_code, &[])),
            };
        }
        let language = self.language;
        let Some(person) = self.person.as_deref_mut() else { return Ok(()) };
        let entry = table.setup_questions.tool_code_same;
        match person::yes_no(person, language, entry.what, entry.next) {
            Reply::Said(true) => Ok(()),
            Reply::Said(false) => Err(differs().into()),
            Reply::Stopped => Err(Stop::Stopped),
        }
    }

    fn may_replace(&mut self, values: &[(&'static str, String)]) -> Result<(), Stop> {
        if self.wish.replace_program {
            return Ok(());
        }
        let table = self.language.table();
        let entry = table.setup_questions.replace_program;
        let language = self.language;
        let refused = failure(Outcome::Refused, table.setup_failures.program_differs, values);
        let Some(person) = self.person.as_deref_mut() else { return Err(refused.into()) };
        match person::yes_no(person, language, entry.what, entry.next) {
            Reply::Said(true) => Ok(()),
            Reply::Said(false) => Err(refused.into()),
            Reply::Stopped => Err(Stop::Stopped),
        }
    }
}

fn program_unread(unread: &Unread, language: Language) -> Failure {
    let values = [("detail", unread.words(language).to_string())];
    failure(Outcome::Io, language.table().setup_failures.program_unread, &values)
}

/// The program's name in its folder.
pub fn program_name() -> &'static str {
    if cfg!(windows) { "mediaseal-verify.exe" } else { "mediaseal-verify" }
}

fn read_program(path: &Path) -> io::Result<Vec<u8>> {
    read_bounded(File::open(path)?)
}

fn read_bounded(file: File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(MAX_PROGRAM_BYTES + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > MAX_PROGRAM_BYTES {
        true => Err(Own::ProgramTooLong.into()),
        false => Ok(bytes),
    }
}

/// On Linux a copied program needs the right to be started.
fn make_startable(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // It can still be started by name of a shell where this fails.
        let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755));
    }
    #[cfg(not(unix))]
    let _ = path;
}
