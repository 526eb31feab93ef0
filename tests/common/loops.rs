//! Loop devices and mounts that go away after a test.
// Each test program uses a part of it.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Says plainly what is missing; a test that cannot run fails.
#[track_caller]
pub fn required() {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let user = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    let root = user.and_then(|line| line.split_whitespace().nth(1)) == Some("0");
    let loops = Path::new("/dev/loop-control").exists();
    assert!(
        root && loops,
        "NOT RUN: this test needs root and loop devices (root: {root}, /dev/loop-control: \
         {loops}). Run it as root, or leave it out by name: cargo test -- --skip on_loop_"
    );
}

/// Runs a tool; it must succeed. Returns its standard output.
#[track_caller]
pub fn tool(name: &str, arguments: &[&str]) -> String {
    let output = Command::new(name)
        .args(arguments)
        .env("PATH", format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default()))
        .output()
        .unwrap_or_else(|error| panic!("{name} is needed: {error}"));
    assert!(output.status.success(), "{name} {arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A file that serves as a disk.
pub struct Loop {
    node: PathBuf,
    file: PathBuf,
}

impl Loop {
    pub fn attach(file: &Path) -> Self {
        Self::attach_with(file, &[])
    }

    pub fn attach_with(file: &Path, options: &[&str]) -> Self {
        let arguments = [&["-f", "--show"], options, &[file.to_str().unwrap()]].concat();
        let node = tool("losetup", &arguments).trim().into();
        Self { node, file: file.to_path_buf() }
    }

    pub fn node(&self) -> &Path {
        &self.node
    }

    /// `loop7`, which is its port, too.
    pub fn name(&self) -> &str {
        self.node.file_name().and_then(|name| name.to_str()).unwrap()
    }

    /// What is in the file behind it.
    pub fn content(&self) -> Vec<u8> {
        tool("sync", &[self.node.to_str().unwrap()]);
        fs::read(&self.file).unwrap()
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        let _ = Command::new("/usr/sbin/losetup").arg("-d").arg(&self.node).status();
    }
}

/// A mounted file system.
pub struct Mount(PathBuf);

impl Mount {
    pub fn new(node: &Path, place: &Path) -> Self {
        fs::create_dir_all(place).unwrap();
        tool("mount", &[node.to_str().unwrap(), place.to_str().unwrap()]);
        Self(place.to_path_buf())
    }

    pub fn place(&self) -> &Path {
        &self.0
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("/usr/bin/umount").arg(&self.0).status();
    }
}

/// Runs a line of the shell at a terminal and types `answer`; its exit code and
/// what it said.
pub fn at_terminal(folder: &Path, line: &str, answer: &str) -> (Option<i32>, String) {
    let mut child = Command::new("script")
        .args(["-qec", line, "/dev/null"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("script (Debian: bsdutils)");
    let mut input = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut input, format!("{answer}\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    drop(input);
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}
