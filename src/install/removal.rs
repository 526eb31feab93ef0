//! Remove: by product code, without a seal and without trust, after a warning and
//! a word that nobody types by mistake.
//!
//! A release that is withdrawn, or whose trust is lost, must still be removable;
//! so nothing here is judged but the folder that records go to. What was asked and
//! answered is recorded as for an installation.

use crate::instrument::person::{self, Reply};
use crate::instrument::preflight::Preflight;
use crate::seal::manifest::{Guid, Restart};
use crate::store::folder::Access;
use crate::store::private::make_private_folder;
use crate::text::fill;
use crate::verify::outcome::{Failure, Outcome};
use crate::verify::session::failure;

use super::command::{Action, Target};
use super::evidence::Evidence;
use super::execution::{refuse, start};
use super::exit_code::restart_of;
use super::failures::{journal_failed, needs_windows, unsafe_folder};
use super::journal;
use super::performed::Performed;
use super::procedure::look;
use super::world::{Somebody, Wish, World};

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
    let rule = release
        .as_ref()
        .map_or(Restart::Recommended, |release| restart_of(&release.remove_restart));
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
