use super::*;
use crate::seal::manifest::tests::sample;
use crate::seal::names::{Identifier, Number};
use crate::seal::testing::{TestKey, chain, first_document, role};
use crate::seal::trust::ProductRule;

fn number(value: u32) -> Number {
    Number::new(value).unwrap()
}

fn at(epoch: u32, sequence: u32) -> Position {
    Position { epoch: number(epoch), sequence: number(sequence) }
}

fn trust(rule: Option<(u32, u32)>, withdrawn: &[Digest]) -> Chain {
    let [root, release] = [1, 2].map(TestKey::new);
    let mut document = first_document(role(1, &[&root]), role(1, &[&release]));
    if let Some((epoch, floor)) = rule {
        let product = Identifier::parse("lrm-security-patch").unwrap();
        let rule = ProductRule { epoch: number(epoch), floor: number(floor) };
        document.products.insert(product, rule);
    }
    document.withdrawn = withdrawn.to_vec();
    chain(&document, &[&root])
}

fn code() -> Digest {
    Digest::of(b"release")
}

fn release(epoch: u32, sequence: u32, floor: u32) -> Manifest {
    let mut manifest = sample();
    (manifest.epoch, manifest.sequence) = (number(epoch), number(sequence));
    manifest.floor = number(floor);
    manifest
}

fn copied(position: Position, floor: Position) -> History {
    History::Copied(Remembered { position, release_code: code(), floor })
}

fn kinds(chain: &Chain, manifest: &Manifest, history: History, older: Older) -> Vec<Kind> {
    judge(chain, manifest, &code(), history, older).1
}

#[test]
fn newer_follows_and_same_is_a_rerun() {
    let trust = trust(None, &[]);
    let judged = |m: &Manifest, h| judge(&trust, m, &code(), h, Older::Refuse);
    assert_eq!(judged(&release(1, 7, 5), History::First), (Rollback::First, vec![]));
    let history = copied(at(1, 5), at(1, 5));
    assert_eq!(judged(&release(1, 7, 5), history), (Rollback::Follows(at(1, 5)), vec![]));
    let history = copied(at(1, 7), at(1, 5));
    assert_eq!(judged(&release(1, 7, 5), history), (Rollback::Same, vec![Kind::Rerun]));
    let none = judged(&release(1, 7, 5), History::NotChecked);
    assert_eq!(none, (Rollback::NotChecked, vec![Kind::RollbackNotChecked]));
}

#[test]
fn same_position_with_another_release_code_is_a_conflict() {
    let trust = trust(None, &[]);
    let other =
        Remembered { position: at(1, 7), release_code: Digest::of(b"other"), floor: at(1, 1) };
    let found = kinds(&trust, &release(1, 7, 5), History::Copied(other), Older::Accept);
    assert_eq!(found, [Kind::Conflict { position: at(1, 7) }]);
}

#[test]
fn older_than_stored_needs_the_option_and_never_lowers() {
    let trust = trust(None, &[]);
    let manifest = release(1, 6, 2);
    let history = copied(at(1, 7), at(1, 5));
    let (position, stored) = (at(1, 6), at(1, 7));
    let refused = Kind::OlderThanStored { position, stored };
    assert_eq!(kinds(&trust, &manifest, history, Older::Refuse), [refused]);
    let accepted = Kind::OlderAccepted { position, stored };
    assert_eq!(kinds(&trust, &manifest, history, Older::Accept), [accepted]);
    let after = remember(&trust, &manifest, Digest::of(b"old"), history);
    assert_eq!((after.position, after.floor), (at(1, 7), at(1, 5)));
    assert_eq!(after.release_code, code());
}

#[test]
fn below_the_floor_nothing_passes() {
    let manifest = release(1, 4, 1);
    let by_state = copied(at(1, 4), at(1, 5));
    let found = kinds(&trust(None, &[]), &manifest, by_state, Older::Accept);
    assert!(found.contains(&Kind::BelowFloor { position: at(1, 4), floor: at(1, 5) }));
    let by_trust = trust(Some((1, 5)), &[]);
    for history in [History::NotChecked, History::First] {
        let found = kinds(&by_trust, &manifest, history, Older::Accept);
        assert!(found.contains(&Kind::BelowFloor { position: at(1, 4), floor: at(1, 5) }));
    }
}

#[test]
fn epoch_must_be_the_trust_documents() {
    let trust = trust(Some((2, 1)), &[]);
    let found = kinds(&trust, &release(1, 7, 5), History::First, Older::Refuse);
    assert!(found.contains(&Kind::OtherEpoch { found: number(1), expected: number(2) }));
    let found = kinds(&trust, &release(3, 7, 5), History::First, Older::Refuse);
    assert!(found.contains(&Kind::OtherEpoch { found: number(3), expected: number(2) }));
    // A higher epoch starts the product anew, whatever was copied before.
    let history = copied(at(1, 99), at(1, 90));
    assert_eq!(kinds(&trust, &release(2, 1, 1), history, Older::Refuse), []);
    let last = release(2_147_483_647, 2_147_483_647, 2_147_483_647);
    let found = kinds(&trust, &last, History::First, Older::Refuse);
    assert!(matches!(found[..], [Kind::OtherEpoch { .. }]), "the number's end");
}

#[test]
fn withdrawn_release_fails() {
    let found = kinds(&trust(None, &[code()]), &release(1, 7, 5), History::First, Older::Accept);
    assert_eq!(found, [Kind::Withdrawn]);
}

#[test]
fn floor_rises_with_what_was_accepted() {
    let trust = trust(Some((1, 3)), &[]);
    let after = remember(&trust, &release(1, 7, 5), code(), History::First);
    assert_eq!((after.position, after.floor), (at(1, 7), at(1, 5)));
    let after = remember(&trust, &release(1, 7, 1), code(), History::First);
    assert_eq!(after.floor, at(1, 3));
}

#[test]
fn what_was_copied_last_is_remembered_and_no_floor_is_lost() {
    let trust = trust(Some((1, 6)), &[]);
    let new = Digest::of(b"new");
    let newer = remember(&trust, &release(1, 8, 2), new, copied(at(1, 7), at(1, 5)));
    assert_eq!((newer.position, newer.release_code, newer.floor), (at(1, 8), new, at(1, 6)));
    // An older one that was let in: its position is not taken, the floor is.
    let older = remember(&trust, &release(1, 7, 7), new, copied(at(1, 9), at(1, 5)));
    assert_eq!((older.position, older.release_code, older.floor), (at(1, 9), code(), at(1, 7)));
}
