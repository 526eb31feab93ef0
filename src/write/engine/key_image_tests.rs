//! The image that a key gets is the rendered one, or it is no key: whatever
//! becomes of the private file meanwhile.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::time::Duration;

use super::tests::{HEAD, MIB, is_no_key, tried};
use super::*;
use crate::sys::disk::fake::{Call, FakeDevices, stick};
use crate::sys::disk::{Devices as _, Intent};
use crate::write::image::testing::{content, image};

#[test]
fn an_image_that_changed_makes_no_key() {
    // A flipped bit anywhere in the private file: in the head, and behind it.
    for at in [5, MIB + 7, 2 * MIB, 3 * MIB + 511, 4 * MIB - 1] {
        let mut bytes = content(4 * MIB as usize);
        let mut changed = image(&bytes);
        bytes[at as usize] ^= 0x04;
        changed.pieces = std::mem::replace(&mut changed, image(&bytes)).pieces;
        let key = tried(&changed, 8 * MIB, Extent::WholeMedium, &[], u64::MAX);
        let piece = at / MIB * MIB;
        assert!(
            matches!(key.written.ended, Ended::Failed(Fault::Image { offset, .. }) if offset == piece),
            "{at}: {:?}",
            key.written.ended
        );
        is_no_key(&key);
        assert!(key.written.head_cleared, "{at}");
        let body = |call: &Call| matches!(call, Call::Write { offset, bytes, .. } if *bytes >= PIECE && *offset >= HEAD);
        assert!(at >= HEAD || !key.calls.iter().any(body), "{at}: it was written in vain");
    }
    // Fewer pieces than were rendered, or more: before the first byte.
    let mut longer = image(&content(5 * MIB as usize));
    longer.bytes = 4 * MIB;
    let mut shorter = image(&content(4 * MIB as usize));
    shorter.bytes += 512;
    for other in [longer, shorter] {
        let key = tried(&other, 8 * MIB, Extent::WholeMedium, &[], u64::MAX);
        assert!(matches!(key.written.ended, Ended::Failed(Fault::Image { .. })));
        assert!(key.holds(&[0xAA; 4096], 0));
        is_no_key(&key);
    }
    // As many pieces, and the last of them too long.
    let mut shorter = image(&content(4 * MIB as usize));
    shorter.bytes -= 512;
    let key = tried(&shorter, 8 * MIB, Extent::WholeMedium, &[], u64::MAX);
    assert!(
        matches!(key.written.ended, Ended::Failed(Fault::Image { offset, .. }) if offset == 3 * MIB)
    );
    is_no_key(&key);
}

/// Flips a bit of the private file where a step begins.
struct Flipper {
    file: File,
    at: u64,
    when: Vec<Phase>,
}

impl Reporter for Flipper {
    fn phase(&mut self, phase: Phase) {
        if self.when.contains(&phase) {
            let mut byte = [0];
            self.file.read_exact_at(&mut byte, self.at).unwrap();
            self.file.write_all_at(&[byte[0] ^ 1], self.at).unwrap();
        }
    }
    fn wrote(&mut self, _: u64, _: u64, _: Duration) {}
    fn read(&mut self, _: u64, _: u64, _: Duration) {}
    fn stop(&self) -> bool {
        false
    }
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

#[test]
fn what_counts_is_what_was_rendered_and_not_what_the_file_says_when_it_is_asked() {
    let (bytes, at) = (content(4 * MIB as usize), 3 * MIB + 77);
    let image_fault = |ended: &Ended| matches!(ended, Ended::Failed(Fault::Image { offset, .. }) if *offset == 3 * MIB);
    type Expected<'a> = &'a dyn Fn(&Ended) -> bool;
    let cases: [(&[Phase], Expected<'_>); 4] = [
        // It changes once everything was sent: the stick has the rendered bytes.
        (&[Phase::Verify], &|ended| *ended == Ended::Done),
        (&[Phase::Boot], &|ended| *ended == Ended::Done),
        // Wrong bytes are sent, and the file says the same when it is asked.
        (&[Phase::Write], &image_fault),
        // Or it says something else by then.
        (&[Phase::Write, Phase::Verify], &|ended| {
            *ended == Ended::Failed(Fault::Differs { offset: at })
        }),
    ];
    for (when, expected) in cases {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let mut flipper = Flipper { file: file.try_clone().unwrap(), at, when: when.to_vec() };
        let model = image(&bytes);
        let image = Image::new(file, model.bytes, model.sha256, model.pieces);
        let devices = FakeDevices::new();
        let disk = stick("1-2", "9F12", 8 * MIB);
        devices.plug(disk.clone(), 0xAA, &[]);
        let mut target = devices.open(&disk, Intent::Write).unwrap();
        let order = Order { image: &image, extent: Extent::WholeMedium, eject: true };
        let written = write(&mut *target, order, &mut flipper);
        assert!(expected(&written.ended), "{when:?}: {:?}", written.ended);
        let head = devices.content(&disk.name, 0, HEAD_BYTES);
        match written.ended {
            Ended::Done => assert!(head == bytes[..HEAD_BYTES], "{when:?}"),
            _ => assert!(head == [0; HEAD_BYTES] && written.head_cleared, "{when:?}"),
        }
    }
}
