//! Arming: only disks that appear after a person said "now" are meant. Nothing
//! that was there before can be written by mistake, whatever its serial. And the
//! other way round: a named disk that must be seen to go and come back.

use super::choose::{Choice, choose, is_meant};
use super::eligible::{Policy, WhyNot, reasons};
use crate::sys::disk::{Devices, Disk, ListError};

/// Looks in a row that must show the same before it is taken: a system mounts
/// a stick a moment after it appears, and then it is not eligible.
const STEADY: usize = 4;

/// What was there when it was armed.
#[derive(Debug)]
pub struct Arm {
    /// And how many looks in a row were without it.
    known: Vec<(Disk, usize)>,
    /// The last look, and how often it was the same.
    last: Vec<Disk>,
    steady: usize,
}

/// What one look saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Disks that appeared and may be written.
    pub eligible: Vec<Disk>,
    /// Disks that appeared and may not, with every reason.
    pub others: Vec<(Disk, Vec<WhyNot>)>,
    /// It was the same for several looks.
    pub steady: bool,
}

impl Arm {
    /// From now on.
    pub fn start(devices: &dyn Devices) -> Result<Self, ListError> {
        let known = devices.list()?.into_iter().map(|disk| (disk, 0)).collect();
        Ok(Self { known, last: Vec::new(), steady: 0 })
    }

    /// What has appeared up to now. To be called about twice a second.
    pub fn look(&mut self, devices: &dyn Devices, policy: &Policy) -> Result<Look, ListError> {
        let disks = devices.list()?;
        // What was taken out and comes back has appeared. Where the system numbers
        // each plugging-in, that number alone says so: a list that leaves a disk
        // out, or tells other facts of it, makes no old disk a new one. Elsewhere
        // it is gone once several lists in a row had nothing where it stood.
        for (known, missing) in &mut self.known {
            let there = disks.iter().any(|disk| disk.same_as(known) || may_be(known, disk));
            *missing = if there { 0 } else { *missing + 1 };
        }
        self.known.retain(|(known, missing)| known.sequence.is_some() || *missing < STEADY);
        let is_new = |disk: &&Disk| {
            !self.known.iter().any(|(known, _)| match disk.sequence {
                Some(_) => known.same_as(disk) || known.sequence == disk.sequence,
                // At the node of one that is not gone yet, whatever it says of itself.
                None => known.sequence.is_none() && known.node == disk.node,
            })
        };
        let appeared: Vec<Disk> = disks.iter().filter(is_new).cloned().collect();
        self.steady = if appeared == self.last { self.steady + 1 } else { 0 };
        self.last.clone_from(&appeared);
        let judged = appeared.into_iter().map(|disk| {
            let reasons = reasons(&disk, policy);
            (disk, reasons)
        });
        let (eligible, others): (Vec<_>, Vec<_>) =
            judged.partition(|(_, reasons)| reasons.is_empty());
        Ok(Look {
            eligible: eligible.into_iter().map(|(disk, _)| disk).collect(),
            others,
            steady: self.steady >= STEADY,
        })
    }
}

/// True where `disk` stands where `known` did, and no number says that it is
/// another plugging-in.
fn may_be(known: &Disk, disk: &Disk) -> bool {
    let unnumbered = known.sequence.is_none() && disk.sequence.is_none();
    unnumbered && known.node == disk.node && known.port == disk.port
}

/// Waits until a disk that a person named was taken out and came back, on
/// systems that do not number pluggings-in: only what was seen is believed.
#[derive(Debug)]
pub struct Replug {
    choice: Choice,
    /// Looks in a row without it, until it is gone for good.
    absent: usize,
    /// What came back, and how often it was the same.
    back: Option<(Disk, usize)>,
}

impl Replug {
    /// Of the disk that `choice` names.
    pub fn of(choice: Choice) -> Self {
        Self { choice, absent: 0, back: None }
    }

    /// True once it was seen to be gone.
    pub fn is_gone(&self) -> bool {
        self.absent >= STEADY
    }

    /// One more look, about twice a second; the disk, once it is back and
    /// steady. Two that could be meant are none.
    pub fn look(&mut self, devices: &dyn Devices) -> Result<Option<Disk>, ListError> {
        let disks = devices.list()?;
        let found = choose(&disks, std::slice::from_ref(&self.choice)).ok();
        let found = found.and_then(|mut found| found.pop());
        let there = disks.iter().any(|disk| is_meant(disk, &self.choice));
        if !self.is_gone() {
            self.absent = if there { 0 } else { self.absent + 1 };
            return Ok(None);
        }
        let before = self.back.take();
        let Some(disk) = found else { return Ok(None) };
        let looks = match before {
            Some((known, looks)) if known.same_as(&disk) => looks + 1,
            _ => 1,
        };
        self.back = Some((disk.clone(), looks));
        Ok((looks >= STEADY).then_some(disk))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::disk::Usage;
    use crate::sys::disk::fake::{FakeDevices, stick};

    fn ports(look: &Look) -> Vec<String> {
        look.eligible.iter().filter_map(|disk| disk.port.clone()).collect()
    }

    #[test]
    fn only_what_appears_is_meant() {
        let devices = FakeDevices::new();
        let old = stick("1-1", "OLD", 64 << 20);
        devices.plug(old.clone(), 0, &[]);
        let mut arm = Arm::start(&devices).unwrap();
        let policy = Policy::for_list();
        assert!(ports(&arm.look(&devices, &policy).unwrap()).is_empty());
        devices.plug(stick("1-2", "NEW", 64 << 20), 0, &[]);
        assert_eq!(ports(&arm.look(&devices, &policy).unwrap()), ["1-2"]);
        // The old one is taken out, seen to be gone, and comes back.
        devices.unplug(&old.name);
        arm.look(&devices, &policy).unwrap();
        devices.plug(Disk { sequence: Some(2_000_000), ..old }, 0, &[]);
        assert_eq!(ports(&arm.look(&devices, &policy).unwrap()).len(), 2);
    }

    #[test]
    fn a_disk_that_a_list_left_out_or_told_otherwise_did_not_appear() {
        let devices = FakeDevices::new();
        let old = stick("1-1", "OLD", 64 << 20);
        devices.plug(old.clone(), 0, &[]);
        let mut arm = Arm::start(&devices).unwrap();
        let policy = Policy::for_list();
        devices.unplug(&old.name);
        arm.look(&devices, &policy).unwrap();
        devices.plug(old.clone(), 0, &[]);
        assert!(ports(&arm.look(&devices, &policy).unwrap()).is_empty());
        devices.change(&old.name, |disk| disk.serial = None);
        assert!(ports(&arm.look(&devices, &policy).unwrap()).is_empty());
        // Without such numbers it is the same, for as long as it may be there.
        let bare = Disk { sequence: None, ..stick("1-2", "BARE", 64 << 20) };
        devices.plug(bare.clone(), 0, &[]);
        let mut arm = Arm::start(&devices).unwrap();
        let mut looks = |times: usize| {
            let mut all = Vec::new();
            (0..times).for_each(|_| all.extend(ports(&arm.look(&devices, &policy).unwrap())));
            all
        };
        devices.unplug(&bare.name);
        assert!(looks(STEADY - 1).is_empty());
        devices.plug(bare.clone(), 0, &[]);
        assert!(looks(2 * STEADY).is_empty(), "left out of some lists");
        devices.change(&bare.name, |disk| disk.serial = None);
        assert!(looks(2 * STEADY).is_empty(), "other facts at its node");
        devices.unplug(&bare.name);
        assert!(looks(STEADY).is_empty());
        devices.plug(bare, 0, &[]);
        assert_eq!(looks(1), ["1-2"], "seen to be gone for a while");
    }

    #[test]
    fn a_quick_exchange_at_one_port_is_seen_by_the_number_of_the_plugging_in() {
        let devices = FakeDevices::new();
        let one = stick("1-1", "SAME", 64 << 20);
        devices.plug(one.clone(), 0, &[]);
        let mut arm = Arm::start(&devices).unwrap();
        let again = Disk { sequence: Some(1_000_000), ..one };
        devices.plug(again, 0, &[]);
        assert_eq!(ports(&arm.look(&devices, &Policy::for_list()).unwrap()), ["1-1"]);
    }

    #[test]
    fn what_is_mounted_a_moment_later_is_never_steady_and_eligible() {
        let devices = FakeDevices::new();
        let mut arm = Arm::start(&devices).unwrap();
        let disk = stick("1-1", "A", 64 << 20);
        devices.plug(disk.clone(), 0, &[]);
        let policy = Policy::for_list();
        for _ in 0..STEADY {
            let look = arm.look(&devices, &policy).unwrap();
            assert!(!look.steady && look.eligible.len() == 1);
        }
        devices.change(&disk.name, |disk| disk.usage = Some(vec![Usage::Mounted("/m".into())]));
        for _ in 0..=STEADY {
            let look = arm.look(&devices, &policy).unwrap();
            assert!(look.eligible.is_empty());
            assert_eq!(look.others[0].1, [WhyNot::Mounted("/m".into())]);
        }
        assert!(arm.look(&devices, &policy).unwrap().steady);
    }

    #[test]
    fn a_named_disk_is_plugged_in_again_once_it_was_gone_for_a_while_and_is_back() {
        let devices = FakeDevices::new();
        let disk = Disk { sequence: None, ..stick("1-1", "A", 64 << 20) };
        devices.plug(disk.clone(), 0, &[]);
        let mut replug = Replug::of(Choice::Port("1-1".to_string()));
        let mut look = |times: usize| {
            let mut last = None;
            for _ in 0..times {
                last = replug.look(&devices).unwrap();
            }
            (last.map(|disk| disk.port), replug.is_gone())
        };
        assert_eq!(look(20), (None, false), "it never went");
        // Left out of a list or two, it did not go either.
        devices.unplug(&disk.name);
        look(STEADY - 1);
        devices.plug(disk.clone(), 0, &[]);
        assert_eq!(look(20), (None, false));
        devices.unplug(&disk.name);
        assert_eq!(look(STEADY), (None, true));
        // Another one at another port is not meant.
        devices.plug(stick("1-2", "A", 64 << 20), 0, &[]);
        assert_eq!(look(20), (None, true));
        devices.plug(disk.clone(), 0, &[]);
        assert_eq!(look(STEADY - 1), (None, true), "the system may still be at it");
        assert_eq!(look(1), (Some(disk.port.clone()), true));
    }
}
