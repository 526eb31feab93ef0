use super::super::testing::changed_at;
use super::*;

const OLD: u64 = 3 * 24 * 60;

/// A folder of runs, and a moment to look at it.
struct Disk(tempfile::TempDir, SystemTime);

impl Disk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap(), SystemTime::now())
    }

    /// A run whose everything changed `minutes` ago.
    fn run(&self, path: &str, files: &[&str], minutes: u64) -> PathBuf {
        let folder = self.0.path().join(path);
        fs::create_dir_all(folder.join("Data")).unwrap();
        let then = self.1 - Duration::from_secs(minutes * 60);
        for file in files {
            fs::write(folder.join(file), b"x").unwrap();
            changed_at(&folder.join(file), then);
        }
        for path in [folder.join("Data"), folder.clone()] {
            changed_at(&path, then);
        }
        folder
    }

    fn look(&self, depth: usize) -> Runs {
        look(&[RunPlace { root: self.0.path().to_path_buf(), depth }], self.1)
    }
}

#[test]
fn names_of_runs() {
    for name in ["180823_M03935_0099_000000000-BY7WY", "20220402_FS1_12_BPC-1", "220101_N_1_A_B"] {
        assert!(is_run_name(name), "{name}");
    }
    for name in ["", "Temp", "180823_M03935_0099", "18082_M_1_A", "180823__1_A", "180823_M_x_A"] {
        assert!(!is_run_name(name), "{name}");
    }
}

#[test]
fn a_run_that_changed_lately_is_in_progress() {
    let disk = Disk::new();
    let folder = disk.run("220402_M1_7_A", &["RunInfo.xml"], 4);
    disk.run("220401_M1_6_A", &["RTAComplete.txt"], OLD);
    assert_eq!(disk.look(1).state, RunState::Active { folder: folder.clone(), minutes: 4 });
    assert_eq!(disk.look(1).newest, [folder]);
}

#[test]
fn an_older_run_that_goes_on_counts_too() {
    let disk = Disk::new();
    disk.run("220402_M1_7_A", &["CopyComplete.txt"], OLD);
    let folder = disk.run("220401_M1_6_A", &["RunInfo.xml"], 29);
    assert_eq!(disk.look(1).state, RunState::Active { folder, minutes: 29 });
}

#[test]
fn a_quiet_run_without_an_end_is_asked_about() {
    let disk = Disk::new();
    disk.run("220401_M1_6_A", &["RTAComplete.txt"], OLD);
    let folder = disk.run("220402_M1_7_A", &["RunInfo.xml"], 31);
    assert_eq!(disk.look(1).state, RunState::Quiet { folder });
}

#[test]
fn every_end_marker_ends_a_run_in_any_of_its_folders() {
    for marker in
        ["RTAComplete.txt", "RTAComplete.xml", "RunCompletionStatus.xml", "copycomplete.TXT"]
    {
        let disk = Disk::new();
        disk.run("MiSeqTemp/220402_M1_7_A", &["RunInfo.xml"], 2);
        disk.run("MiSeqOutput/220402_M1_7_A", &[marker], 2);
        assert_eq!(disk.look(2).state, RunState::Ended, "{marker}");
        assert_eq!(disk.look(2).newest.len(), 2);
        assert!(matches!(disk.look(1).state, RunState::Unknown(_)));
    }
}

#[test]
fn a_folder_in_the_place_of_an_end_marker_ends_nothing() {
    let disk = Disk::new();
    let folder = disk.run("220402_M1_7_A", &["RunInfo.xml"], 2);
    fs::create_dir(folder.join("RTAComplete.txt")).unwrap();
    assert!(matches!(disk.look(1).state, RunState::Active { .. }));
}

#[test]
fn a_clock_that_went_back_decides_nothing() {
    let disk = Disk::new();
    disk.run("220402_M1_7_A", &["RunInfo.xml"], 0);
    let place = [RunPlace { root: disk.0.path().to_path_buf(), depth: 1 }];
    let back = disk.1 - Duration::from_secs(400 * 24 * 3600);
    assert!(matches!(look(&place, back).state, RunState::Quiet { .. }));
}

#[test]
fn nothing_readable_is_not_known() {
    let unknown = |places: &[RunPlace]| match look(places, SystemTime::now()).state {
        RunState::Unknown(why) => why.words(crate::text::Language::English),
        state => panic!("{state:?}"),
    };
    assert!(unknown(&[]).contains("is not known"));
    let place = RunPlace { root: PathBuf::from("/nowhere/at/all"), depth: 1 };
    assert!(unknown(&[place]).contains("/nowhere/at/all"));
    let disk = Disk::new();
    fs::create_dir(disk.0.path().join("Other")).unwrap();
    assert!(matches!(disk.look(2).state, RunState::Unknown(_)));
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let disk = Disk::new();
    let other = tempfile::tempdir().unwrap();
    fs::create_dir(other.path().join("220402_M1_7_A")).unwrap();
    let link = disk.0.path().join("220403_M1_8_A");
    std::os::unix::fs::symlink(other.path().join("220402_M1_7_A"), link).unwrap();
    assert!(matches!(disk.look(2).state, RunState::Unknown(_)));
}
