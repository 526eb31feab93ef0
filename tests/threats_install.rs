//! Row 23 of docs/THREATS.md: the installed copy is exchanged between check and
//! installation, or days after; a release is withdrawn in between. Every case is
//! judged by what the vendor's installer was asked to do: nothing. And row 32, as
//! far as setting up is concerned.
#![cfg(feature = "builder")]

mod common;
#[path = "common/instrument.rs"]
mod instrument;

use std::fs;

use common::run;
use instrument::{Instrument, PACKAGE, msi_parts};
use mediaseal::install::fake::{FakeInstaller, SYSTEM_FOLDER};
use mediaseal::verify::outcome::Outcome;

const VERIFY: &str = env!("CARGO_BIN_EXE_mediaseal-verify");

/// The same size, other bytes.
fn exchange(path: &std::path::Path) {
    let mut bytes = fs::read(path).unwrap();
    bytes[5] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn row_23_good_release_is_installed_from_the_held_package() {
    let instrument = Instrument::returning(0);
    instrument.install().is(Outcome::Done, &[]);
    let started = instrument.installer.started.borrow();
    assert_eq!(started.len(), 1);
    assert_eq!(started[0].held, 1, "the package is held while the installer runs");
    assert_eq!(instrument.installer.held(), 0, "and not for longer");
    let system = std::path::Path::new(SYSTEM_FOLDER);
    assert_eq!(started[0].command.program, system.join("msiexec.exe"));
    assert_eq!(started[0].command.working_folder, system);
    assert_eq!(
        instrument.lines(),
        [format!(
            "/i \"/Illumina/lrm-security-patch_1.0.0_1.7/{PACKAGE}\" \
             /l*v \"/state/logs/000001-install.log\" /norestart"
        )]
    );
}

#[test]
fn row_23_exchanged_between_copy_and_hold() {
    let mut instrument = Instrument::returning(0);
    instrument.installer.on_hold = Box::new(|path| {
        exchange(path);
        Ok(())
    });
    instrument.install().is(Outcome::Fail, &["M-118"]);
    assert!(instrument.lines().is_empty());
    assert_eq!(instrument.installer.held(), 0);
}

#[test]
fn row_23_exchanged_days_after() {
    let instrument = Instrument::returning(0);
    instrument.install().is(Outcome::Done, &[]);
    exchange(&instrument.package());
    instrument.repair().is(Outcome::Fail, &["M-118"]);
    // Installed again from the key: what stands there is never overwritten.
    instrument.install().is(Outcome::Refused, &[]);
    assert_eq!(instrument.lines().len(), 1);
}

#[test]
fn row_23_every_other_file_of_the_copy() {
    let instrument = Instrument::returning(0);
    instrument.install().is(Outcome::Done, &[]);
    let copy = instrument.copy();
    let files = ["SEAL/SHA256SUMS", "SEAL/manifest.json"];
    for file in files {
        let good = fs::read(copy.join(file)).unwrap();
        exchange(&copy.join(file));
        let came = instrument.repair();
        assert!(matches!(came.outcome(), Outcome::Fail | Outcome::Refused), "{file}");
        fs::write(copy.join(file), good).unwrap();
    }
    fs::write(copy.join("PAYLOAD/version.dll"), b"MZ").unwrap();
    instrument.repair().is(Outcome::Fail, &["M-214"]);
    fs::remove_file(copy.join("PAYLOAD/version.dll")).unwrap();
    fs::write(copy.join("SEAL/SHA256SUMS.0000000000000001.minisig"), b"x").unwrap();
    instrument.repair().is(Outcome::Fail, &["M-303"]);
    fs::remove_file(copy.join("SEAL/SHA256SUMS.0000000000000001.minisig")).unwrap();
    assert_eq!(instrument.lines().len(), 1);
    instrument.repair().is(Outcome::Done, &[]);
    assert_eq!(instrument.lines().len(), 2);
}

#[test]
fn row_23_signatures_of_the_state_are_lost() {
    let instrument = Instrument::returning(0);
    instrument.install().is(Outcome::Done, &[]);
    fs::remove_dir_all(instrument.state().join("releases")).unwrap();
    instrument.repair().is(Outcome::Fail, &["M-301"]);
    assert_eq!(instrument.lines().len(), 1);
}

// Wine makes no links.
#[cfg(unix)]
#[test]
fn row_23_a_link_on_the_way_to_the_copy() {
    let instrument = Instrument::returning(0);
    instrument.install().is(Outcome::Done, &[]);
    let moved = instrument.team.path().join("elsewhere");
    fs::rename(instrument.to(), &moved).unwrap();
    std::os::unix::fs::symlink(&moved, instrument.to()).unwrap();
    instrument.repair().is(Outcome::Refused, &[]);
    assert_eq!(instrument.lines().len(), 1);
}

/// An instrument whose publisher has withdrawn release 1.7 in trust document 2,
/// which comes with release 1.8 in the folder `newer`.
fn withdrawn() -> Instrument {
    let mut instrument = Instrument::returning(0);
    let sums = fs::read(instrument.release.join("SEAL/SHA256SUMS")).unwrap();
    let code = mediaseal::seal::digest::Digest::of(&sums);
    instrument.team.extend(|document| document.withdrawn.push(code));
    let mut parts = msi_parts(8);
    parts.files[0].1 = b"<p>Newer.</p>\r\n".to_vec();
    instrument.team.signed_release("newer", &parts);
    instrument
}

/// Another key is plugged in, and its trust documents are learned.
fn learn(folder: &std::path::Path) {
    let ran = run(folder, VERIFY, &["check", "newer", "--state", "state", "--learn"], "");
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn row_23_withdrawn_days_after() {
    let instrument = withdrawn();
    instrument.install().is(Outcome::Done, &[]);
    learn(instrument.team.path());
    instrument.repair().is(Outcome::Fail, &["M-406"]);
    instrument.install().is(Outcome::Fail, &["M-406"]);
    assert_eq!(instrument.lines().len(), 1);
}

#[test]
fn row_23_withdrawn_between_copy_and_installation() {
    let mut instrument = withdrawn();
    let folder = instrument.team.path().to_path_buf();
    instrument.installer.on_hold = Box::new(move |_| {
        learn(&folder);
        Ok(())
    });
    instrument.install().is(Outcome::Fail, &["M-406"]);
    assert!(instrument.copy().is_dir(), "it was copied before that");
    assert!(instrument.lines().is_empty());
}

#[test]
fn row_23_a_package_that_cannot_be_held_is_not_installed() {
    let mut instrument = Instrument::returning(0);
    instrument.installer.on_hold =
        Box::new(|_| Err(std::io::Error::other("used by another program")));
    instrument.install().is(Outcome::Io, &[]);
    assert!(instrument.lines().is_empty());
    instrument.installer = FakeInstaller::returning(0);
    instrument.install().is(Outcome::Done, &[]);
}

// Access lists of Windows are no bits, and Wine keeps none.
#[cfg(unix)]
#[test]
fn row_32_program_folder_writable_by_others() {
    use std::os::unix::fs::PermissionsExt as _;
    let instrument = Instrument::returning(0);
    let root = instrument.team.path();
    let (anchor, code) = Instrument::anchor_of(&instrument.team);
    let (anchor, code) = (anchor.to_str().unwrap(), code.to_string());
    let setup = |dir: &str, state: &str| {
        let arguments =
            ["setup", "--dir", dir, "--state", state, "--anchor", anchor, "--code", &code];
        run(root, VERIFY, &arguments, "")
    };
    for (dir, state) in [("open", "good-state"), ("good", "open"), ("link", "good-state")] {
        let open = root.join("open");
        fs::create_dir(&open).unwrap();
        fs::write(open.join("kept"), b"somebody's").unwrap();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
        fs::create_dir(root.join("target")).unwrap();
        std::os::unix::fs::symlink("target", root.join("link")).unwrap();
        let ran = setup(dir, state);
        assert_eq!(ran.code, 5, "{dir} {state}: {}", ran.stderr);
        let mode = fs::metadata(&open).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o777, "it was not repaired");
        assert_eq!(fs::read_dir(&open).unwrap().count(), 1, "nothing was put into it");
        assert_eq!(fs::read_dir(root.join("target")).unwrap().count(), 0);
        assert!(!root.join("good-state/enrolled").exists());
        for name in ["open", "target"] {
            fs::remove_dir_all(root.join(name)).unwrap();
        }
        fs::remove_file(root.join("link")).unwrap();
        let _ = fs::remove_dir_all(root.join("good"));
    }
    let ran = setup("good", "good-state");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    // Later: it has become unsafe.
    fs::set_permissions(root.join("good"), fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(setup("good", "good-state").code, 5);
}
