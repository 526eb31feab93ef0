use super::*;
use crate::seal::digest::Digest;
use crate::seal::names::Position;
use crate::seal::testing::{TestKey, chain, first_document, role};
use crate::verify::rollback::Remembered;

/// A state folder of which the trust store is lost, and what its floors hold.
struct Lost {
    place: tempfile::TempDir,
    chain: Chain,
}

impl Lost {
    fn with(memory: &Memory) -> Self {
        let [root, release] = [1, 2].map(TestKey::new);
        let chain = chain(&first_document(role(1, &[&root]), role(1, &[&release])), &[&root]);
        let lost = Self { place: tempfile::tempdir().unwrap(), chain };
        create(lost.folder(), &lost.chain, Creation::First).unwrap();
        let locked = Locked::acquire(lost.folder(), std::time::Duration::ZERO).unwrap();
        slots(FLOORS).reset(&locked, &floors_body(memory).unwrap()).unwrap();
        for slot in [0, 1] {
            let _ = lost.folder().remove_file(OsStr::new(&format!("{TRUST}.{slot}")));
        }
        lost
    }

    fn folder(&self) -> SystemFolder {
        SystemFolder::open(self.place.path()).unwrap()
    }

    fn put(&self, slot: &str, bytes: &[u8]) {
        std::fs::write(self.place.path().join(slot), bytes).unwrap();
    }

    fn recover(&self) -> Result<Floors, CreationError> {
        create(self.folder(), &self.chain, Creation::Recover)
    }

    fn memory(&self) -> Memory {
        match read_in(self.folder()) {
            StateRead::Ready(state) => state.memory().clone(),
            _ => panic!("the state cannot be read"),
        }
    }
}

fn memory(publisher: &str) -> Memory {
    let name = |text: &str| Identifier::parse(text).unwrap();
    let position = |text: &str| Position::parse(text).unwrap();
    let mut memory = Memory::new(name(publisher));
    let (position, floor) = (position("1.7"), position("1.5"));
    let remembered = Remembered { position, release_code: Digest::of(b"x"), floor };
    memory.products.insert(name("lrm"), remembered);
    memory
}

#[test]
fn a_recovery_keeps_whole_floors_and_says_so() {
    let own = memory("example-support");
    let lost = Lost::with(&own);
    assert!(matches!(lost.recover(), Ok(Floors::Kept)));
    assert_eq!(lost.memory(), own);
    // Nothing is lost any more.
    assert!(matches!(lost.recover(), Err(CreationError::NothingLost)));
}

#[test]
fn a_recovery_from_one_whole_slot_keeps_what_it_says_and_tells_that_more_may_be_lost() {
    let own = memory("example-support");
    let lost = Lost::with(&own);
    let locked = Locked::acquire(lost.folder(), std::time::Duration::ZERO).unwrap();
    slots(FLOORS).reset(&locked, &floors_body(&own).unwrap()).unwrap();
    drop(locked);
    lost.put(&format!("{FLOORS}.0"), b"garbage");
    assert!(matches!(lost.recover(), Ok(Floors::Lost)));
    assert_eq!(lost.memory(), own);
}

#[test]
fn floors_of_another_publisher_are_not_taken_over() {
    let lost = Lost::with(&memory("somebody-else"));
    assert!(matches!(lost.recover(), Ok(Floors::Lost)));
    assert_eq!(lost.memory(), Memory::new(lost.chain.publisher().clone()));
}

#[test]
fn what_a_newer_program_wrote_is_not_recovered_over() {
    for (store, torn) in [(TRUST, FLOORS), (FLOORS, TRUST)] {
        let lost = Lost::with(&memory("example-support"));
        let newer = b"mediaseal-slot 2 whatever comes\n";
        // What is torn beside it must not hide it.
        lost.put(&format!("{torn}.0"), b"garbage");
        lost.put(&format!("{store}.0"), newer);
        assert!(matches!(lost.recover(), Err(CreationError::Newer)), "{store}");
        let kept = std::fs::read(lost.place.path().join(format!("{store}.0"))).unwrap();
        assert_eq!(kept, newer);
    }
}
