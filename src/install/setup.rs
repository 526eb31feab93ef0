//! Setting up a computer: the program in its protected folder, its tool code
//! compared, the publisher enrolled.
//!
//! Whoever can exchange the key can exchange everything in its envelope, this
//! program too: so the codes are compared with a letter that came by another
//! road. A touch screen cannot type 64 digits: a person says line by line whether
//! they are the same. Invariants: a folder that exists and is not safe is refused
//! and never repaired; the program's file is read once, and what was hashed is
//! what is written; nobody is enrolled before all four lines of the code were
//! said to be the same, or the whole code was given.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::instrument::computer::{Computer, Unread};
use crate::instrument::person::{self, Person, Reply};
use crate::seal::anchor;
use crate::seal::chain::Chain;
use crate::seal::digest::Digest;
use crate::seal::names::{escape, escape_path};
use crate::source;
use crate::store::Existing;
use crate::store::atomic::write_atomic;
use crate::store::folder::Access;
use crate::store::private::make_private_folder;
use crate::text::{Entry, Language, fill};
use crate::verify::enrolment::{self, Enrolment};
use crate::verify::outcome::{Failure, Outcome};
use crate::verify::seal_files::{ReadFault, SealFiles};
use crate::verify::session::{failure, read_anchor_bytes};
use crate::verify::state::{self, StateRead};
use crate::verify::trust_step;

/// Bytes of this program's own file; several times what it has.
const MAX_PROGRAM_BYTES: u64 = 256 << 20;
/// Groups of a code in one line that a person compares.
const GROUPS_A_LINE: usize = 4;

/// How setting up is asked for.
#[derive(Clone, Debug, Default)]
pub struct SetupWish {
    /// `--dir`, or the usual folder.
    pub dir: Option<PathBuf>,
    /// `--state`, or the usual folder.
    pub state: Option<PathBuf>,
    /// `--anchor`
    pub anchor: Option<PathBuf>,
    /// `--code`
    pub code: Option<String>,
    /// `--tool-code`
    pub tool_code: Option<String>,
    /// `--replace-program`
    pub replace_program: bool,
    /// A key, zip or folder whose trust documents may be enrolled.
    pub source: Option<PathBuf>,
    /// Enrol in `state` and keep no copy of the program: for a computer that is
    /// no instrument.
    pub publisher_only: bool,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetUp {
    /// Where the program is.
    pub program: PathBuf,
    /// True where it was copied now.
    pub copied: bool,
    /// Its SHA-256.
    pub tool_code: Digest,
    /// The publisher that is enrolled.
    pub publisher: String,
    /// The newest trust document that is known.
    pub version: u32,
}

/// What a person, or an option, was asked to compare and did not confirm.
enum Stop {
    /// The person wants to stop.
    Stopped,
    /// It cannot go on.
    Failure(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// Sets up this computer. `show` is told what a person reads where nobody is at
/// the keyboard.
pub fn set_up(
    wish: &SetupWish,
    computer: &dyn Computer,
    person: Option<&mut dyn Person>,
    show: &mut dyn FnMut(&str),
    language: Language,
) -> Result<SetUp, Failure> {
    let mut setting = Setting { wish, computer, person, show, language };
    setting.run().map_err(|stop| match stop {
        Stop::Failure(failure) => failure,
        Stop::Stopped => Failure::new(Outcome::Cancelled, language.table().guide.stopped, ""),
    })
}

struct Setting<'a, 'p> {
    wish: &'a SetupWish,
    computer: &'a dyn Computer,
    person: Option<&'p mut dyn Person>,
    show: &'a mut dyn FnMut(&str),
    language: Language,
}

impl Setting<'_, '_> {
    fn say(&mut self, text: &str) {
        match self.person.as_deref_mut() {
            Some(person) => person::say(person, text),
            None => (self.show)(text),
        }
    }

    fn fail(&self, outcome: Outcome, entry: Entry, values: &[(&str, String)]) -> Stop {
        Stop::Failure(failure(outcome, entry, values))
    }

    fn run(&mut self) -> Result<SetUp, Stop> {
        if let (true, Some(state)) = (self.wish.publisher_only, &self.wish.state) {
            let (program, tool_code) = self.own_program()?;
            let chain = self.publisher(&state.clone())?;
            let version = chain.length();
            let publisher = chain.publisher().to_string();
            return Ok(SetUp { program, copied: false, tool_code, publisher, version });
        }
        let (dir, state) = self.places()?;
        let (program, copied, tool_code) = self.program(&dir)?;
        let chain = self.publisher(&state)?;
        let texts = &self.language.table().setup;
        self.say(texts.ready);
        Ok(SetUp {
            program,
            copied,
            tool_code,
            publisher: chain.publisher().to_string(),
            version: chain.length(),
        })
    }

    /// The folders of program and state. The computer's own want an
    /// administrator.
    fn places(&self) -> Result<(PathBuf, PathBuf), Stop> {
        if let (Some(dir), Some(state)) = (&self.wish.dir, &self.wish.state) {
            return Ok((dir.clone(), state.clone()));
        }
        let refused = |detail: String| {
            let entry = self.language.table().setup_failures.not_administrator;
            self.fail(Outcome::Refused, entry, &[("detail", escape(&detail))])
        };
        match self.computer.elevated() {
            Ok(true) => {}
            Ok(false) => return Err(refused("no".to_string())),
            Err(Unread(detail)) => return Err(refused(detail)),
        }
        let places = self.computer.places().map_err(|unread| refused(unread.0))?;
        let dir = self.wish.dir.clone().unwrap_or(places.program);
        let state = self.wish.state.clone().unwrap_or(places.state);
        Ok((dir, state))
    }

    /// Copies this program into its folder and lets its tool code be compared.
    fn program(&mut self, dir: &Path) -> Result<(PathBuf, bool, Digest), Stop> {
        let table = self.language.table();
        let failures = &table.setup_failures;
        let unread = |detail: String| {
            failure(Outcome::Io, failures.program_unread, &[("detail", escape(&detail))])
        };
        let own = self.computer.program().map_err(|error| unread(error.0))?;
        let bytes = read_program(&own).map_err(|error| unread(error.to_string()))?;
        let tool_code = Digest::of(&bytes);
        self.show_tool_code(&tool_code);
        self.compare_tool_code(&tool_code)?;
        let folder = make_private_folder(dir, Access::Everyone).map_err(|fault| {
            let values = [("path", escape_path(dir)), ("detail", escape(&fault.to_string()))];
            failure(Outcome::Refused, failures.program_folder_unsafe, &values)
        })?;
        let name = OsString::from(program_name());
        let path = dir.join(&name);
        let values = [("path", escape_path(&path))];
        let existing = match folder.read(&name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Existing::Refuse,
            Err(error) => return Err(unread(error.to_string()).into()),
            Ok(file) => {
                let there = read_bounded(file).map_err(|error| unread(error.to_string()))?;
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
            let values = [path, ("detail", escape(&error.to_string()))];
            failure(Outcome::Io, failures.program_not_copied, &values)
        })?;
        make_startable(&path);
        self.say(&fill(table.setup.program_copied, &values));
        Ok((path, true, tool_code))
    }

    /// Where this program is, and its tool code.
    fn own_program(&self) -> Result<(PathBuf, Digest), Stop> {
        let unread = |detail: String| {
            let entry = self.language.table().setup_failures.program_unread;
            self.fail(Outcome::Io, entry, &[("detail", escape(&detail))])
        };
        let own = self.computer.program().map_err(|error| unread(error.0))?;
        let bytes = read_program(&own).map_err(|error| unread(error.to_string()))?;
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

    /// Enrols a publisher, unless one is.
    fn publisher(&mut self, state: &Path) -> Result<Chain, Stop> {
        let table = self.language.table();
        match state::read(state) {
            StateRead::Ready(state) => {
                let chain = state.chain().clone();
                let values = [
                    ("publisher", chain.publisher().to_string()),
                    ("version", chain.length().to_string()),
                ];
                self.say(&fill(table.setup.enrolled_before, &values));
                return Ok(chain);
            }
            StateRead::Unusable(kind) => {
                let (what, next) = (kind.what(self.language), kind.next(self.language));
                let outcome = match kind.severity() {
                    crate::verify::finding::Severity::Refused => Outcome::Refused,
                    _ => Outcome::TrustSetUp,
                };
                return Err(Failure::new(outcome, what, next).into());
            }
            StateRead::NotEnrolled => {}
        }
        let (place, bytes) = self.anchor()?;
        let code = match &self.wish.code {
            Some(code) => code.clone(),
            None => {
                let chain = anchor::parse(&bytes).map_err(|error| {
                    let values =
                        [("path", escape_path(&place)), ("detail", escape(&error.to_string()))];
                    failure(Outcome::TrustSetUp, table.failures.anchor_refused, &values)
                })?;
                self.compare_publisher_code(&chain)?
            }
        };
        let enrolled =
            enrolment::enrol_bytes(state, &place, &bytes, &code, Enrolment::First, self.language)?;
        Ok(enrolled.chain)
    }

    /// The anchor that was named, or that stands beside the program alone, or the
    /// trust documents of the source: a code that a person compares makes an
    /// anchor of any of them.
    fn anchor(&self) -> Result<(PathBuf, Vec<u8>), Stop> {
        let failures = &self.language.table().setup_failures;
        if let Some(path) = &self.wish.anchor {
            return Ok((path.clone(), read_anchor_bytes(path, self.language)?));
        }
        let beside = self.computer.program().ok().and_then(|p| Some(p.parent()?.to_path_buf()));
        let anchors = beside.map(|folder| anchors_in(&folder)).unwrap_or_default();
        match anchors.as_slice() {
            [path] => return Ok((path.clone(), read_anchor_bytes(path, self.language)?)),
            [] => {}
            _ => return Err(self.fail(Outcome::TrustSetUp, failures.anchors_many, &[])),
        }
        let missing = || self.fail(Outcome::TrustSetUp, failures.no_anchor, &[]);
        let source = self.wish.source.as_ref().ok_or_else(missing)?;
        let chain = chain_of(source).ok_or_else(missing)?;
        let bytes = anchor::print(&chain).map_err(|_| missing())?;
        Ok((source.clone(), bytes))
    }

    /// Four lines, each said to be the same; returns the code.
    fn compare_publisher_code(&mut self, chain: &Chain) -> Result<String, Stop> {
        let table = self.language.table();
        let language = self.language;
        let questions = &table.setup_questions;
        let Some(person) = self.person.as_deref_mut() else {
            return Err(self.fail(Outcome::TrustSetUp, table.setup_failures.code_not_given, &[]));
        };
        let mut version = chain.length();
        if version > 1 {
            let question = fill(questions.which_document.what, &[("count", version.to_string())]);
            let read = |line: &str| {
                let number: u32 = line.parse().ok()?;
                (1..=chain.length()).contains(&number).then_some(number)
            };
            let why = questions.which_document.next;
            version = match person::line(person, language, &question, why, read) {
                Reply::Said(number) => number,
                Reply::Stopped => return Err(Stop::Stopped),
            };
        }
        let Some(link) = chain.link(version) else { return Err(Stop::Stopped) };
        let values =
            [("publisher", chain.publisher().to_string()), ("version", version.to_string())];
        person::say(person, &fill(table.setup.publisher_is, &values));
        let hex = link.code.to_string();
        let groups: Vec<&str> = (0..16).map(|at| &hex[at * 4..at * 4 + 4]).collect();
        for (at, line) in groups.chunks(GROUPS_A_LINE).enumerate() {
            let values = [("number", (at + 1).to_string()), ("code", line.join(" "))];
            person::say(person, &fill(table.setup.line_of_code, &values));
            let entry = questions.line_same;
            match person::yes_no(person, language, entry.what, entry.next) {
                Reply::Said(true) => {}
                Reply::Said(false) => {
                    let entry = table.setup_failures.code_differs;
                    return Err(self.fail(Outcome::TrustSetUp, entry, &[]));
                }
                Reply::Stopped => return Err(Stop::Stopped),
            }
        }
        Ok(hex)
    }
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
        true => Err(io::Error::new(io::ErrorKind::FileTooLarge, "longer than this program is")),
        false => Ok(bytes),
    }
}

/// On Linux a copied program needs the right to be started.
fn make_startable(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // It can still be started by name of a shell where this fails.
        let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o755));
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// Files `*.anchor` in a folder, sorted; more than two are not counted.
fn anchors_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let is_anchor = |path: &PathBuf| {
        path.extension().is_some_and(|end| end.eq_ignore_ascii_case(OsStr::new("anchor")))
    };
    let mut anchors: Vec<PathBuf> =
        entries.take(10_000).flatten().map(|entry| entry.path()).filter(is_anchor).collect();
    anchors.sort();
    anchors
}

/// The chain that a source claims for itself; proves nothing before a person
/// compared a code of it.
fn chain_of(path: &Path) -> Option<Chain> {
    let source = source::open(path).ok()?;
    let listing = source.listing().ok()?;
    let paths = listing.entries.iter().filter(|entry| entry.is_file()).map(|entry| &*entry.path);
    let (seal, _) = SealFiles::gather(paths, &mut |path, limit| {
        source.read(path, limit).map_err(ReadFault::from)
    });
    trust_step::merge(None, &seal).chain
}
