//! Install, repair, remove: the order in which everything is looked at, held,
//! judged, written down and started.
//!
//! Invariants: nothing is changed before every question has an answer; the
//! package is held open before it is judged and until the vendor's installer has
//! ended, and what is judged is read through that handle; the line "begun" is
//! durable before the installer is started; nothing restarts the computer.
//! Defends against a package that is exchanged between check and installation,
//! days before or in that very moment, and against a release that was withdrawn
//! since it was copied.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::instrument::computer::Computer;
use crate::instrument::identity;
use crate::instrument::model::Model;
use crate::instrument::person::{self, Person, Reply};
use crate::instrument::preflight::{self, Preflight, Subject};
use crate::instrument::question::Given;
use crate::seal::layout::MANIFEST;
use crate::seal::limits::MAX_MANIFEST_BYTES;
use crate::seal::manifest::{Guid, Manifest, PayloadKind, Restart, Role};
use crate::seal::names::{Identifier, escape, escape_message, escape_path};
use crate::seal::timestamp::Timestamp;
use crate::source::Source as _;
use crate::source::folder::FolderSource;
use crate::store::SystemFolder;
use crate::store::folder::{Access, enter};
use crate::store::log::LogError;
use crate::store::private::{PrivacyFault, make_private_folder, private_folder};
use crate::text::{Entry, Language, fill};
use crate::verify::decide::{self, TakeNothing};
use crate::verify::finding::Kind;
use crate::verify::outcome::{Failure, Outcome};
use crate::verify::pinning::Surroundings;
use crate::verify::report::Verdict;
use crate::verify::rollback::Older;
use crate::verify::session::{self, Asked, failure};
use crate::verify::state::{self, StateRead};

use super::command::{Action, Target, Window, command};
use super::copy::{self, Copied};
use super::evidence::Evidence;
use super::exit_code::Exit;
use super::installed_copy;
use super::installer::{HeldPackage, Installer};
use super::journal::{self, Journal};
use super::journal_line::Ended;
use super::msi_log;
use super::pages;
use super::performed::{Performed, Run};
use super::staging::Destination;

/// Logs of the vendor's installer, in the state folder.
pub const LOGS: &str = "logs";

/// What surrounds an action.
pub struct World<'a> {
    /// The computer.
    pub computer: &'a dyn Computer,
    /// Its installer.
    pub installer: &'a dyn Installer,
    /// Where things lie, for trust.
    pub around: &'a dyn Surroundings,
    /// What is known of each model.
    pub models: &'a dyn Fn(&str) -> Model,
    /// This computer's clock, for ages of run folders. Asked anew each time: a
    /// person may take hours over a question.
    pub now: &'a dyn Fn() -> SystemTime,
    /// The same for records, if it can be written down.
    pub clock: &'a dyn Fn() -> Option<Timestamp>,
    /// The language of texts.
    pub language: Language,
    /// Shows a line before the installer takes the screen.
    pub tell: &'a dyn Fn(&str),
}

/// How an action is asked for.
pub struct Wish<'a> {
    /// The computer's state folder.
    pub state: &'a Path,
    /// Answers by options.
    pub given: &'a Given,
    /// Whether the vendor's installer shows its windows.
    pub window: Window,
    /// Whether an older release passes.
    pub older: Older,
    /// Shown when the questions are answered and the work begins.
    pub heading: Option<&'a str>,
}

/// Whoever sits at the computer, if anybody does.
pub type Somebody<'a, 'p> = &'a mut Option<&'p mut dyn Person>;

/// Installs from `asked.source`: check, questions, copy, check of the copy, the
/// vendor's installer. The copy goes below `to`, or where the release says.
pub fn install(
    wish: &Wish<'_>,
    asked: &Asked,
    to: Option<&Path>,
    world: &World<'_>,
    person: Somebody<'_, '_>,
) -> Result<Performed, Failure> {
    let language = world.language;
    needs_windows(world)?;
    let mut done = Performed::new(Action::Install);
    let mut session = match session::open(asked, world.around, language)? {
        Ok(session) => session,
        Err(report) => {
            done.report = Some(*report);
            return Ok(done);
        }
    };
    let (decision, _) = session.with_request(decide::seal);
    let release = match &decision.accepted {
        Some(release) if decision.is_promising() => release,
        // It cannot pass. The whole of it is looked at, so that all is said.
        _ => {
            done.report = Some(session.check(&mut TakeNothing, language).report);
            learn(&mut session, &mut done, language);
            return Ok(done);
        }
    };
    let folder = match &session.state {
        Some(state) => state.folder().clone(),
        None => {
            let reason = language.table().unpinned.no_anchor.to_string();
            let entry = language.table().findings.unpinned;
            return Err(failure(Outcome::TrustSetUp, entry, &[("reason", reason)]));
        }
    };
    let to = match to {
        Some(to) => to.to_path_buf(),
        None => PathBuf::from(release.manifest.install.destination.as_str()),
    };
    let preflight = look(wish, &folder, Some(&release.manifest), Some(&to), world, person);
    if !preflight.may_go_on() {
        let evidence = Evidence {
            release: Some(release),
            preflight: Some(&preflight),
            ..Evidence::of(Action::Install)
        };
        refuse(&folder, &evidence, world, &mut done);
        learn(&mut session, &mut done, language);
        done.preflight = Some(preflight);
        return Ok(done);
    }
    remember(&folder, &preflight, world)?;
    if let Some(heading) = wish.heading {
        tell(heading, world, person);
    }
    let code = release.release_code;
    drop(session);
    let copied = copy::run(asked, &to, world.around, language)?;
    done.learned = copied.learned;
    done.records.extend(copied.record);
    let same = copied.report.release_code == Some(code);
    done.report = Some(copied.report);
    done.preflight = Some(preflight);
    if let Some(failed) = copied.failure {
        done.failed(failed);
        return Ok(done);
    }
    let Some(Copied::New(path) | Copied::AlreadyThere(path)) = copied.copied else {
        return Ok(done);
    };
    if !same {
        // Another release than the one that the questions were about.
        let entry = language.table().install_failures.source_exchanged;
        done.failed(failure(Outcome::Refused, entry, &[]));
        return Ok(done);
    }
    done.copied = Some(path.clone());
    from_copy(wish, &path, world, person, &mut done)?;
    Ok(done)
}

/// Repairs from the copy of the newest installation, of `product` where it is
/// named.
pub fn repair(
    wish: &Wish<'_>,
    product: Option<&Identifier>,
    world: &World<'_>,
    person: Somebody<'_, '_>,
) -> Result<Performed, Failure> {
    needs_windows(world)?;
    let folder = open_state(wish.state, world.language)?;
    let history = journal::read(&folder).map_err(|error| journal_failed(&error, world.language))?;
    let of_product = |release: &str| product.is_none_or(|product| product.as_str() == release);
    let newest = history.actions.iter().rev().find_map(|action| {
        let release = action.begun.release.as_ref()?;
        let copy = action.begun.copy.as_ref()?;
        (!action.refused && of_product(&release.product)).then(|| PathBuf::from(copy))
    });
    let Some(copy) = newest else {
        let entry = world.language.table().install_failures.nothing_recorded;
        return Err(failure(Outcome::Refused, entry, &[]));
    };
    let mut done = Performed::new(Action::Repair);
    done.copied = Some(copy.clone());
    from_copy(wish, &copy, world, person, &mut done)?;
    Ok(done)
}

/// What is held while the installer works: every folder of the way, and the
/// package.
struct Ready {
    _way: Destination,
    held: Box<dyn HeldPackage>,
    package: PathBuf,
}

/// Holds the package in the copy, judges the copy through that, asks what is
/// still to be asked, and starts the vendor's installer.
fn from_copy(
    wish: &Wish<'_>,
    copy: &Path,
    world: &World<'_>,
    person: Somebody<'_, '_>,
    done: &mut Performed,
) -> Result<(), Failure> {
    let language = world.language;
    let (ready, path) = hold(copy, world)?;
    let state = match state::read(wish.state) {
        StateRead::Ready(state) => state,
        StateRead::NotEnrolled => return Err(state_missing(wish.state, language)),
        StateRead::Unusable(kind) => {
            let detail = kind.what(language);
            let entry = language.table().install_failures.state_missing;
            return Err(failure(Outcome::TrustSetUp, entry, &[("detail", detail)]));
        }
    };
    let judged =
        installed_copy::judge(&state, copy, &path, &*ready.held, wish.older, (world.clock)());
    let decision = judged.map_err(|error| not_there(copy, &error.to_string(), language))?;
    let passed = matches!(decision.report.verdict(), Verdict::Pass(_));
    done.report = Some(decision.report);
    let folder = state.folder().clone();
    let Some(release) = decision.accepted.filter(|_| passed) else {
        return Ok(());
    };
    if release.manifest.payload.path != path {
        // The manifest that was read first is not the sealed one.
        return Err(not_there(copy, MANIFEST, language));
    }
    let preflight = match done.preflight.take() {
        None => look(wish, &folder, Some(&release.manifest), None, world, person),
        // Copying takes minutes: somebody may have begun a run meanwhile.
        Some(mut before) => {
            before.findings.extend(preflight::run_since(&before, world.models, (world.now)()));
            before
        }
    };
    if !preflight.may_go_on() {
        let evidence = Evidence {
            release: Some(&release),
            preflight: Some(&preflight),
            ..Evidence::of(done.action)
        };
        refuse(&folder, &evidence, world, done);
        done.preflight = Some(preflight);
        return Ok(());
    }
    remember(&folder, &preflight, world)?;
    done.preflight = Some(preflight);
    let rules = release.manifest.install.restart;
    let (target, rule) = match done.action {
        Action::Repair => (Target::Repair(&ready.package), rules.repair),
        _ => (Target::Install(&ready.package), rules.install),
    };
    let preflight = done.preflight.clone();
    let evidence = Evidence {
        release: Some(&release),
        preflight: preflight.as_ref(),
        copy: Some(copy),
        rule,
        ..Evidence::of(done.action)
    };
    start(wish, &folder, target, &evidence, world, person, done);
    // Until here the package was held.
    drop(ready);
    Ok(())
}

/// Opens the way to the copy without following a link, and the package for
/// reading alone. The manifest that names the package is not judged yet.
fn hold(copy: &Path, world: &World<'_>) -> Result<(Ready, String), Failure> {
    let language = world.language;
    let gone = |detail: String| not_there(copy, &detail, language);
    if !copy.is_dir() {
        return Err(gone("missing".to_string()));
    }
    let way = Destination::open(copy).map_err(|fault| gone(fault.to_string()))?;
    let source = FolderSource::open(copy).map_err(|error| gone(error.to_string()))?;
    let bytes = source.read(MANIFEST, MAX_MANIFEST_BYTES).map_err(|e| gone(e.to_string()))?;
    let manifest = Manifest::parse(&bytes).map_err(|error| gone(error.to_string()))?;
    let path = manifest.payload.path;
    let package = path.split('/').fold(copy.to_path_buf(), |at, part| at.join(part));
    let held = world.installer.hold(&package).map_err(|error| {
        let entry = language.table().install_failures.package_not_held;
        let values =
            [("path", escape_path(&package)), ("detail", escape_message(&error.to_string()))];
        failure(Outcome::Io, entry, &values)
    })?;
    Ok((Ready { _way: way, held, package }, path))
}

/// Removes the program with a product code: the given one, or that of the newest
/// installation. Needs no seal and no trust.
pub fn remove(
    wish: &Wish<'_>,
    product_code: Option<&Guid>,
    confirmed: bool,
    world: &World<'_>,
    person: Somebody<'_, '_>,
) -> Result<Performed, Failure> {
    let language = world.language;
    let table = language.table();
    needs_windows(world)?;
    let folder = make_private_folder(wish.state, Access::Everyone)
        .map_err(|fault| unsafe_folder(wish.state, &fault, language))?;
    let history = journal::read(&folder).map_err(|error| journal_failed(&error, language))?;
    let known = |code: &str| product_code.is_none_or(|wanted| wanted.to_string() == code);
    let newest =
        history.actions.iter().rev().find(|action| {
            !action.refused && action.begun.product_code.as_deref().is_some_and(known)
        });
    let recorded = newest.and_then(|action| Guid::parse(action.begun.product_code.as_deref()?));
    let Some(code) = product_code.cloned().or(recorded) else {
        let place = "{XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}".to_string();
        let entry = table.install_failures.no_product_code;
        return Err(failure(Outcome::Refused, entry, &[("place", place)]));
    };
    let mut done = Performed::new(Action::Remove);
    let mut preflight = look(wish, &folder, None, None, world, person);
    let release = newest.and_then(|action| action.begun.release.clone());
    let rule = release.as_ref().map_or(Restart::Recommended, |release| {
        super::exit_code::restart_of(&release.remove_restart)
    });
    if preflight.may_go_on() && !confirmed {
        confirm(person, &mut preflight, world)?;
    }
    let evidence = Evidence {
        preflight: Some(&preflight),
        product_code: Some(&code),
        recorded: release.as_ref(),
        confirmed: preflight.may_go_on().then_some(match confirmed {
            true => "--yes",
            false => table.procedure.remove_word,
        }),
        rule,
        ..Evidence::of(Action::Remove)
    };
    match preflight.may_go_on() {
        true => {
            let target = Target::Remove(&code);
            start(wish, &folder, target, &evidence, world, person, &mut done);
        }
        false => refuse(&folder, &evidence, world, &mut done),
    }
    done.preflight = Some(preflight);
    Ok(done)
}

/// The warning, and the word that nobody types by mistake.
fn confirm(
    somebody: Somebody<'_, '_>,
    preflight: &mut Preflight,
    world: &World<'_>,
) -> Result<(), Failure> {
    let table = world.language.table();
    let refused = || {
        let entry = table.install_failures.remove_not_confirmed;
        failure(Outcome::Refused, entry, &[])
    };
    let Some(person) = somebody.as_deref_mut() else { return Err(refused()) };
    let word = table.procedure.remove_word;
    let entry = table.questions.remove;
    person::say(person, table.procedure.remove_warning);
    let question = fill(entry.what, &[("word", word.to_string())]);
    let read = |line: &str| (line == word).then_some(());
    if person::line(person, world.language, &question, entry.next, read) == Reply::Stopped {
        preflight.stopped = true;
    }
    Ok(())
}

/// Everything that is looked at and asked before.
fn look(
    wish: &Wish<'_>,
    state: &SystemFolder,
    manifest: Option<&Manifest>,
    to: Option<&Path>,
    world: &World<'_>,
    somebody: Somebody<'_, '_>,
) -> Preflight {
    let payload = |manifest: &Manifest| -> u64 {
        let files = manifest.files.iter().filter(|file| file.role == Role::Payload);
        files.map(|file| file.size).sum()
    };
    let subject = Subject {
        applies_to: manifest.map(|manifest| manifest.applies_to.as_slice()),
        destination: to,
        bytes: manifest.map_or(0, payload),
        stored: identity::read(state),
        given: wish.given,
        now: world.now,
        models: world.models,
    };
    if manifest.is_some_and(|manifest| manifest.payload.kind != PayloadKind::Msi) {
        return Preflight { findings: vec![Kind::NoPackage], ..Preflight::default() };
    }
    let person = somebody.as_mut().map(|person| &mut **person as &mut dyn Person);
    preflight::examine(world.computer, &subject, person, world.language)
}

/// Stores which instrument this is.
fn remember(
    folder: &SystemFolder,
    preflight: &Preflight,
    world: &World<'_>,
) -> Result<(), Failure> {
    let Some(identity) = &preflight.identity else { return Ok(()) };
    if identity::read(folder).as_ref() == Some(identity) {
        return Ok(());
    }
    identity::write(folder, identity).map_err(|error| {
        let entry = world.language.table().install_failures.identity_not_stored;
        failure(Outcome::Io, entry, &[("detail", escape_message(&error.to_string()))])
    })
}

/// Writes "begun", starts the vendor's installer, waits, reads its log, writes
/// "ended". Where "begun" cannot be written, nothing is started.
fn start(
    wish: &Wish<'_>,
    folder: &SystemFolder,
    target: Target<'_>,
    evidence: &Evidence<'_>,
    world: &World<'_>,
    person: Somebody<'_, '_>,
    done: &mut Performed,
) {
    let language = world.language;
    let failures = &language.table().install_failures;
    let not_written = |detail: String| {
        let values = [("detail", escape_message(&detail))];
        failure(Outcome::Io, failures.journal_failed, &values)
    };
    let prepared = || -> Result<_, Failure> {
        let journal = Journal::open(folder).map_err(|error| not_written(error.to_string()))?;
        let number = journal.next_sequence().map_err(|error| not_written(error.to_string()))?;
        let logs = enter(folder, LOGS, Access::Everyone).map_err(|e| not_written(e.to_string()))?;
        let system = world.installer.system_folder().map_err(|error| {
            let values = [("detail", escape_message(&error.to_string()))];
            failure(Outcome::Io, failures.not_started, &values)
        })?;
        let log = logs.path().join(format!("{number:06}-{}.log", done.action.word()));
        let made = command(&system, target, wish.window, &log).ok_or_else(|| {
            failure(Outcome::Refused, failures.package_path, &[("path", escape_path(&log))])
        })?;
        let begun = evidence.begun(world, Some(&made));
        let id = journal.begin(begun, (world.clock)()).map_err(|e| not_written(e.to_string()))?;
        Ok((journal, made, id))
    };
    let (journal, made, id) = match prepared() {
        Ok(prepared) => prepared,
        Err(failure) => return done.failed(failure),
    };
    let labels = &language.table().procedure;
    let opens = match wish.window {
        Window::Wizard => labels.wizard_opens,
        Window::None => labels.quiet_runs,
    };
    tell(opens, world, person);
    let came = world.installer.run(&made);
    let mut ended = Ended { boot: world.computer.boot().ok(), ..Ended::default() };
    match came {
        Ok(code) => {
            let exit = Exit::of(code);
            let (log_lines, log_unread) = match exit.succeeded() {
                true => (Vec::new(), None),
                false => match msi_log::failing_lines(&made.log) {
                    Ok(lines) => (lines, None),
                    Err(error) => (Vec::new(), Some(error.to_string())),
                },
            };
            let restart = exit.restart(evidence.rule);
            ended.exit_code = Some(code);
            ended.log_lines = log_lines.clone();
            ended.log_unread = log_unread.clone();
            ended.restart = super::exit_code::restart_word(restart).to_string();
            ended.outcome = exit.outcome().word().to_string();
            done.run = Some(Run { command: made, code, exit, restart, log_lines, log_unread });
        }
        Err(error) => {
            let values = [("detail", escape_message(&error.to_string()))];
            done.failed(failure(Outcome::Io, failures.not_started, &values));
            ended.error = Some(error.to_string());
            ended.restart = super::exit_code::restart_word(Restart::None).to_string();
            ended.outcome = Outcome::Io.word().to_string();
        }
    }
    if let Err(error) = journal.end(&id, ended, (world.clock)()) {
        done.failed(not_written(error.to_string()));
    }
    file(folder, &journal, &id, done, language);
}

/// Tells whoever is there.
fn tell(text: &str, world: &World<'_>, somebody: Somebody<'_, '_>) {
    match somebody.as_deref_mut() {
        Some(person) => person::say(person, text),
        None => (world.tell)(text),
    }
}

/// Writes that nothing was done, and why.
fn refuse(folder: &SystemFolder, evidence: &Evidence<'_>, world: &World<'_>, done: &mut Performed) {
    let written = Journal::open(folder).and_then(|journal| {
        let id = journal.refuse(evidence.begun(world, None), (world.clock)())?;
        Ok((journal, id))
    });
    match written {
        Ok((journal, id)) => file(folder, &journal, &id, done, world.language),
        // The refusal stands; that it could not be written down is said.
        Err(error) => done.failed(journal_failed(&error, world.language)),
    }
}

/// Files the pages of an action.
fn file(
    folder: &SystemFolder,
    journal: &Journal<SystemFolder>,
    id: &str,
    done: &mut Performed,
    language: Language,
) {
    let filed = journal.history().map_err(|error| error.to_string()).and_then(|history| {
        let action = history.actions.iter().find(|action| action.id == id);
        let action = action.ok_or_else(|| "the line is gone".to_string())?;
        pages::file(folder, action).map_err(|error| error.to_string())
    });
    match filed {
        Ok(path) => done.records.push(path),
        Err(detail) => {
            let entry = language.table().install_failures.journal_failed;
            done.failed(failure(Outcome::Io, entry, &[("detail", escape_message(&detail))]));
        }
    }
}

fn learn(session: &mut session::Session<'_>, done: &mut Performed, language: Language) {
    let Some(report) = &done.report else { return };
    match session.learn(report, language) {
        Ok(learned) => done.learned = learned,
        Err(failure) => done.failed(failure),
    }
}

fn needs_windows(world: &World<'_>) -> Result<(), Failure> {
    match world.computer.has_installer() {
        true => Ok(()),
        false => {
            let entry = world.language.table().install_failures.needs_windows;
            Err(failure(Outcome::Refused, entry, &[]))
        }
    }
}

/// Opens the state folder, for reading records.
pub fn open_state(path: &Path, language: Language) -> Result<SystemFolder, Failure> {
    private_folder(path).map_err(|fault| match fault {
        PrivacyFault::Missing(_) => state_missing(path, language),
        fault => unsafe_folder(path, &fault, language),
    })
}

fn state_missing(path: &Path, language: Language) -> Failure {
    let entry = language.table().install_failures.state_missing;
    failure(Outcome::TrustSetUp, entry, &[("detail", escape_path(path))])
}

/// The refusal of a folder that others can write.
pub fn unsafe_folder(path: &Path, fault: &PrivacyFault, language: Language) -> Failure {
    let values = [("path", escape_path(path)), ("detail", escape(&fault.to_string()))];
    failure(Outcome::Refused, language.table().failures.state_folder_unsafe, &values)
}

fn not_there(copy: &Path, detail: &str, language: Language) -> Failure {
    let entry: Entry = language.table().install_failures.copy_not_there;
    let path = format!("{} ({})", escape_path(copy), escape_message(detail));
    failure(Outcome::Refused, entry, &[("path", path)])
}

/// A journal that cannot be used.
pub fn journal_failed(error: &journal::JournalError, language: Language) -> Failure {
    let failures = &language.table().install_failures;
    let entry = match error {
        journal::JournalError::Log(LogError::Broken { .. }) => failures.records_broken,
        journal::JournalError::Newer(_) => failures.records_newer,
        _ => failures.journal_failed,
    };
    failure(Outcome::Io, entry, &[("detail", escape_message(&error.to_string()))])
}
