//! Install and repair: the order in which everything is looked at, held, judged
//! and started. [`removal`](super::removal) is the third action.
//!
//! Invariants: nothing is changed before every question has an answer; the
//! package is held open before it is judged and until the vendor's installer has
//! ended, and what is judged is read through that handle; what is done
//! is written down by [`execution`](super::execution).
//! Defends against a package that is exchanged between check and installation,
//! days before or in that very moment, and against a release that was withdrawn
//! since it was copied.

use std::path::{Path, PathBuf};

use crate::instrument::identity;
use crate::instrument::person::Person;
use crate::instrument::preflight::{self, Preflight, Subject};
use crate::seal::layout::MANIFEST;
use crate::seal::manifest::{Manifest, PayloadKind, Role};
use crate::seal::names::Identifier;
use crate::store::SystemFolder;
use crate::text::Language;
use crate::verify::decide::{self, TakeNothing};
use crate::verify::finding::Kind;
use crate::verify::outcome::{Failure, Outcome};
use crate::verify::report::Verdict;
use crate::verify::session::{self, Asked, failure};
use crate::verify::state::{self, StateRead};

use super::command::{Action, Target};
use super::copy::{self, Copied};
use super::evidence::Evidence;
use super::execution::{refuse, start};
use super::failures::{journal_failed, needs_windows, not_there, open_state, state_missing};
use super::held_copy::hold;
use super::installed_copy;
use super::journal;
use super::performed::Performed;
use super::world::{Somebody, Wish, World, tell};

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
    let decision = judged.map_err(|error| not_there(copy, &error.words(language), language))?;
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

/// Everything that is looked at and asked before.
pub(super) fn look(
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
        failure(Outcome::Io, entry, &[("detail", error.words(world.language))])
    })
}

fn learn(session: &mut session::Session<'_>, done: &mut Performed, language: Language) {
    let Some(report) = &done.report else { return };
    match session.learn(report, language) {
        Ok(learned) => done.learned = learned,
        Err(failure) => done.failed(failure),
    }
}
