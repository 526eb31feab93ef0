//! A good release as folder, image and zip, made by the real `pack`, and the
//! bad ones that `drill` makes of them: the setting of the tests about media.
// Each test program uses a part of it.
#![allow(dead_code)]

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use mediaseal::drill::medium::Image;
use mediaseal::drill::{bundle_faults, folder, medium_faults};

use crate::common::started;
use crate::world::{Checked, VERIFY, World};

/// The file that faults are about.
pub const PAYLOAD: &str = "PAYLOAD/patch.bin";

/// Memory and processor time that a check of a bad medium may take: ten times
/// what a good one takes in a debug build.
const LIMITS: &str = "ulimit -v 400000; ulimit -t 60; exec \"$0\" \"$@\"";

pub struct Media {
    pub world: World,
    pub image: PathBuf,
    pub zip: PathBuf,
}

impl Media {
    /// Packs the good release; all three shapes pass.
    pub fn new() -> Self {
        let world = World::new();
        let (image, zip) = (world.path("good.img"), world.path("good.zip"));
        let anchor = world.anchor.to_str().unwrap();
        let [image_name, zip_name] = [&image, &zip].map(|path| path.to_str().unwrap());
        let pack = ["pack", "good", "--anchor", anchor, "--state", "nowhere"];
        let outputs = ["--image", image_name, "--zip", zip_name];
        let ran = world.team.mediaseal(&[&pack[..], &outputs].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let media = Self { world, image, zip };
        media.check(&media.image).passes(&[]);
        media.check(&media.zip).passes(&[]);
        media
    }

    /// `check SOURCE --json` by the anchor, within limits of memory and time.
    pub fn check(&self, source: &Path) -> Checked {
        let anchor = self.world.anchor.to_str().unwrap();
        let check = ["check", source.to_str().unwrap(), "--json", "--anchor", anchor];
        // Windows has no such limits; that they hold is seen on Linux.
        let mut limited = Command::new(if cfg!(windows) { VERIFY } else { "bash" });
        if !cfg!(windows) {
            limited.args(["-c", LIMITS, VERIFY]);
        }
        limited.args(check).args(["--state", "nowhere"]).current_dir(self.world.team.path());
        let output = started(|| limited.output()).unwrap();
        let code = output.status.code().unwrap_or_else(|| panic!("{source:?}: {output:?}"));
        let json = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{source:?}: {error}: {output:?}"));
        Checked { code, json }
    }

    /// The bad image of this name, checked.
    pub fn image(&self, name: &str) -> Checked {
        let bad = self.world.path(&format!("{name}.img"));
        let fault = medium_faults::fault(name).unwrap_or_else(|| panic!("no fault {name}"));
        medium_faults::spoil(fault, &self.image, &bad, PAYLOAD).unwrap();
        self.check(&bad)
    }

    /// The bad zip of this name.
    pub fn bad_zip(&self, name: &str) -> PathBuf {
        let bad = self.world.path(&format!("{name}.zip"));
        let fault = bundle_faults::fault(name).unwrap_or_else(|| panic!("no fault {name}"));
        bundle_faults::spoil(fault, &self.zip, &bad, PAYLOAD).unwrap();
        bad
    }

    /// The bad zip of this name, checked.
    pub fn zip(&self, name: &str) -> Checked {
        self.check(&self.bad_zip(name))
    }

    /// The bad folder of this name, checked.
    pub fn folder(&self, name: &str) -> Checked {
        let bad = self.world.path(&format!("{name}-folder"));
        let fault = folder::fault(name).unwrap_or_else(|| panic!("no fault {name}"));
        folder::spoil(fault, &self.world.good, &bad, PAYLOAD).unwrap();
        self.check(&bad)
    }

    /// A copy of the good image that `change` may write to, checked.
    pub fn changed_image(&self, name: &str, change: impl FnOnce(&Path)) -> Checked {
        let bad = self.world.path(name);
        std::fs::copy(&self.image, &bad).unwrap();
        change(&bad);
        self.check(&bad)
    }

    /// The good image, opened for looking things up.
    pub fn opened(&self) -> Image {
        opened(&self.image)
    }
}

/// An image, opened for spoiling it in place.
pub fn opened(path: &Path) -> Image {
    let file = File::options().read(true).write(true).open(path).unwrap();
    Image::open(file, path).unwrap()
}

/// A mtools command on an image's partition; it must succeed.
pub fn mtools(image: &Path, tool: &str, arguments: &[&str]) {
    let output = Command::new(tool)
        .env("MTOOLS_SKIP_CHECK", "1")
        .arg("-i")
        .arg(format!("{}@@1M", image.display()))
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{tool} is needed (apt-get install mtools): {error}"));
    assert!(output.status.success(), "{tool} {arguments:?}: {output:?}");
}

/// What every finding says, one line each.
pub fn said(checked: &Checked) -> String {
    let findings = checked.json["findings"].as_array().unwrap();
    let line = |finding: &serde_json::Value| {
        format!("{} {}", finding["code"].as_str().unwrap(), finding["what"].as_str().unwrap())
    };
    findings.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Offsets that the findings give as their place.
pub fn starts(checked: &Checked) -> Vec<u64> {
    let findings = checked.json["findings"].as_array().unwrap().iter();
    let starts = findings.filter_map(|finding| finding["values"]["start"].as_str());
    starts.map(|start| start.replace(',', "").parse().unwrap()).collect()
}
