//! docs/FORMAT.md is enough to write another program: a second renderer, written
//! in another language from that document alone, makes the same bytes as ours.

use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mediaseal::medium::bundle::BundlePlan;
use mediaseal::medium::{FatTime, FileSink, FileSpec, Plan, StreamSink, VolumeSpec};
use mediaseal::seal::digest::Digest;
use mediaseal::seal::layout::{MANIFEST, SUMS};
use mediaseal::seal::sums::Sums;

const MIB: u64 = 1 << 20;

/// Names that are stored in every way there is, at sizes around sectors and
/// clusters, and the seal's own files.
fn contents(volume: u64) -> Vec<(String, Vec<u8>)> {
    let manifest = format!(
        "{{\"issued\": \"2026-11-23T10:00:02Z\", \
          \"volume\": {{\"label\": \"LRM-PATCH\", \"bytes\": {volume}}}}}"
    );
    let mut files = vec![
        (MANIFEST.to_string(), manifest.into_bytes()),
        ("SEAL/trust/1.json".to_string(), b"{}".to_vec()),
        ("SEAL/trust/1.json.00FF00FF00FF00FF.minisig".to_string(), vec![b's'; 300]),
        ("README.TXT".to_string(), vec![b'r'; 513]),
        ("PAYLOAD/LocalRunManagerSecurityPatch.msi".to_string(), vec![0x5A; 1_234_567]),
        ("SEALED/no-seal".to_string(), b"x".to_vec()),
        ("a/b".to_string(), b"x".to_vec()),
        ("a-b/c".to_string(), b"x".to_vec()),
    ];
    let stems = ["prefix-", "a.b.c", ".hidden", "UPPER", "x"];
    let extensions = ["txt", "TXT", "html", "J"];
    let sizes = [0, 1, 511, 512, 513, 4095, 4096, 4097];
    for n in 0..240 {
        let (stem, extension) = (stems[n % stems.len()], extensions[n / 3 % extensions.len()]);
        let path = format!("D{}/sub.d/{stem}{n}.{extension}", n % 3);
        files.push((path, vec![n as u8; sizes[n % sizes.len()]]));
    }
    let sealed = files.iter().filter(|(path, _)| path == MANIFEST || !path.starts_with("SEAL/"));
    let lines = sealed.map(|(path, bytes)| (path.clone(), Digest::of(bytes))).collect();
    files.push((SUMS.to_string(), Sums::new(lines).unwrap().print()));
    files
}

/// A release folder, its image and its zip.
struct Made {
    folder: tempfile::TempDir,
}

impl Made {
    fn new(volume: u64) -> Self {
        let made = Self { folder: tempfile::tempdir().unwrap() };
        let files = contents(volume);
        for (path, bytes) in &files {
            let path = made.path("release").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        let sums = &files.iter().find(|(path, _)| path == SUMS).unwrap().1;
        let spec = VolumeSpec {
            bytes: volume,
            label: "LRM-PATCH".to_string(),
            issued: FatTime::new(2026, 11, 23, 10, 0, 2).unwrap(),
            identity: Digest::of(sums).0,
        };
        let specs = || files.iter().map(|(path, bytes)| FileSpec::known(path, bytes.clone()));
        let plan = Plan::new(&spec, specs().collect()).unwrap();
        let mut sink = FileSink::new(File::create(made.path("image")).unwrap()).unwrap();
        let known = "every file is known";
        let rendered = plan.render(&mut sink, &mut |_, _| panic!("{known}"), &mut |_| {}).unwrap();
        sink.finish().unwrap();
        let crc32: Vec<u32> = rendered.files.iter().map(|file| file.crc32).collect();
        let bundle = BundlePlan::new(spec.issued, specs().collect()).unwrap();
        let mut sink = StreamSink(File::create(made.path("zip")).unwrap());
        bundle.render(&mut sink, &mut |_, _| panic!("{known}"), &crc32, &mut |_| {}).unwrap();
        made
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn judge(&self) -> Output {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/format/second_renderer.py");
        Command::new("python3")
            .arg(script)
            .args([self.path("release"), self.path("image"), self.path("zip")])
            .output()
            .expect("python3 must be there to judge")
    }

    fn change(&self, name: &str, at: u64) {
        let mut file = File::options().write(true).open(self.path(name)).unwrap();
        file.seek(SeekFrom::Start(at)).unwrap();
        file.write_all(&[0xA5]).unwrap();
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

#[test]
fn second_renderer_makes_the_same_image_and_zip() {
    // 512-byte clusters, and the smallest volume with 4,096-byte clusters.
    for volume in [35 * MIB, 272 * MIB] {
        let made = Made::new(volume);
        let output = made.judge();
        assert!(output.status.success(), "{volume}: {}", said(&output));
        assert_eq!(said(&output).matches("the same").count(), 2);
    }
}

#[test]
fn second_renderer_sees_a_changed_byte() {
    let made = Made::new(35 * MIB);
    made.change("image", 30 * MIB + 17);
    let output = made.judge();
    assert!(!output.status.success());
    assert!(
        said(&output).contains("image: first difference at byte 31457297"),
        "{}",
        said(&output)
    );
    assert!(said(&output).contains("the same"), "the zip was not changed");
    made.change("zip", 4);
    assert!(said(&made.judge()).contains("zip: first difference at byte 4"));
}
