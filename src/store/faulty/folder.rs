//! Opened folders and files of the disk in memory.

use std::ffi::{OsStr, OsString};
use std::io::{self, Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Fault, FaultyDisk, Node, Step};
use crate::store::folder::{Access, DurableFile, Entry, EntryKind, Folder, Identity, Reread};

/// The number of the only device.
const DEVICE: u64 = 1;

/// An opened folder.
#[derive(Clone, Debug)]
pub struct FaultyFolder {
    disk: FaultyDisk,
    node: usize,
    path: PathBuf,
    hold: Arc<Hold>,
}

/// A file that is being written; every write goes to its end.
#[derive(Debug)]
pub struct FaultyFile {
    disk: FaultyDisk,
    node: usize,
    hold: Hold,
}

/// Gives the hold back when its owner goes.
#[derive(Debug)]
struct Hold {
    disk: FaultyDisk,
    node: usize,
    taken: std::sync::atomic::AtomicBool,
}

impl Hold {
    fn new(disk: &FaultyDisk, node: usize) -> Self {
        Self { disk: disk.clone(), node, taken: false.into() }
    }

    fn take(&self) -> bool {
        use std::sync::atomic::Ordering::Relaxed;
        let mine = self.taken.load(Relaxed) || self.disk.lock().held.insert(self.node);
        self.taken.store(mine, Relaxed);
        mine
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if *self.taken.get_mut() {
            self.disk.lock().held.remove(&self.node);
        }
    }
}

fn missing<T>() -> io::Result<T> {
    Err(io::ErrorKind::NotFound.into())
}

impl FaultyFolder {
    pub(super) fn root(disk: FaultyDisk) -> Self {
        Self::at(disk, 0, PathBuf::from("/"))
    }

    fn at(disk: FaultyDisk, node: usize, path: PathBuf) -> Self {
        let hold = Arc::new(Hold::new(&disk, node));
        Self { disk, node, path, hold }
    }

    /// The disk that it is on.
    pub fn disk(&self) -> &FaultyDisk {
        &self.disk
    }

    /// Puts a symbolic link here, as an attacker does: at once and for good.
    pub fn plant_link(&self, name: &str) {
        let mut state = self.disk.lock();
        state.nodes.push(Node::Link);
        let link = state.nodes.len() - 1;
        if let Node::Folder { names, durable } = &mut state.nodes[self.node] {
            names.insert(name.into(), link);
            durable.insert(name.into(), link);
        }
    }

    fn node(&self, name: &OsStr) -> Option<usize> {
        match &self.disk.lock().nodes[self.node] {
            Node::Folder { names, .. } => names.get(name).copied(),
            _ => None,
        }
    }

    fn new_node(&self, name: &OsStr, step: Step, node: Node) -> io::Result<usize> {
        let taken = self.node(name).is_some();
        let mut state = self.disk.lock();
        if taken {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        state.step(step)?;
        state.nodes.push(node);
        let number = state.nodes.len() - 1;
        state.change(self.node, vec![(name.to_os_string(), Some(number))]);
        Ok(number)
    }

    fn file(&self, node: usize) -> FaultyFile {
        FaultyFile { disk: self.disk.clone(), node, hold: Hold::new(&self.disk, node) }
    }

    fn contents(&self, name: &OsStr, on_medium: bool) -> io::Result<Vec<u8>> {
        let Some(node) = self.node(name) else {
            return missing();
        };
        match &self.disk.lock().nodes[node] {
            Node::File { durable, .. } if on_medium => Ok(durable.clone()),
            Node::File { bytes, .. } => Ok(bytes.clone()),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

impl Folder for FaultyFolder {
    type File = FaultyFile;
    type Reader = Cursor<Vec<u8>>;
    type Uncached = Cursor<Vec<u8>>;

    fn path(&self) -> &Path {
        &self.path
    }

    fn identity(&self) -> io::Result<Identity> {
        Ok(Identity { device: DEVICE, number: self.node as u64 })
    }

    fn open_folder(&self, name: &OsStr) -> io::Result<Self> {
        let Some(node) = self.node(name) else {
            return missing();
        };
        if !matches!(self.disk.lock().nodes[node], Node::Folder { .. }) {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self::at(self.disk.clone(), node, self.path.join(name)))
    }

    fn entry(&self, name: &OsStr) -> io::Result<Option<Entry>> {
        let Some(node) = self.node(name) else {
            return Ok(None);
        };
        let (kind, bytes) = match &self.disk.lock().nodes[node] {
            Node::File { bytes, .. } => (EntryKind::File, bytes.len() as u64),
            Node::Folder { .. } => (EntryKind::Folder, 0),
            Node::Link => (EntryKind::Link, 0),
        };
        let identity = Identity { device: DEVICE, number: node as u64 };
        Ok(Some(Entry { kind, bytes, identity, owner: None }))
    }

    fn list(&self) -> io::Result<Vec<OsString>> {
        match &self.disk.lock().nodes[self.node] {
            Node::Folder { names, .. } => Ok(names.keys().cloned().collect()),
            _ => missing(),
        }
    }

    fn create_new(&self, name: &OsStr, _: Access) -> io::Result<FaultyFile> {
        let empty = Node::File { bytes: Vec::new(), durable: Vec::new() };
        Ok(self.file(self.new_node(name, Step::Create, empty)?))
    }

    fn append(&self, name: &OsStr, access: Access) -> io::Result<FaultyFile> {
        match self.node(name) {
            None => self.create_new(name, access),
            Some(_) => self.open_existing(name),
        }
    }

    fn open_existing(&self, name: &OsStr) -> io::Result<FaultyFile> {
        self.contents(name, false)?;
        let Some(node) = self.node(name) else {
            return missing();
        };
        Ok(self.file(node))
    }

    fn read(&self, name: &OsStr) -> io::Result<Cursor<Vec<u8>>> {
        Ok(Cursor::new(self.contents(name, false)?))
    }

    fn read_uncached(&self, name: &OsStr) -> io::Result<(Cursor<Vec<u8>>, Reread)> {
        Ok((Cursor::new(self.contents(name, true)?), Reread::Direct))
    }

    fn make_folder(&self, name: &OsStr, _: Access) -> io::Result<()> {
        let empty = Node::Folder { names: Default::default(), durable: Default::default() };
        self.new_node(name, Step::MakeFolder, empty).map(drop)
    }

    fn rename_over(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        let Some(node) = self.node(from) else {
            return missing();
        };
        let mut state = self.disk.lock();
        state.step(Step::Rename)?;
        let edits = vec![(from.to_os_string(), None), (to.to_os_string(), Some(node))];
        state.change(self.node, edits);
        Ok(())
    }

    fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        if self.node(to).is_some() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        self.rename_over(from, to)
    }

    fn exchange(&self, one: &OsStr, other: &OsStr) -> io::Result<()> {
        let (Some(first), Some(second)) = (self.node(one), self.node(other)) else {
            return missing();
        };
        let mut state = self.disk.lock();
        if !state.exchange {
            return Err(io::ErrorKind::Unsupported.into());
        }
        state.step(Step::Exchange)?;
        let edits = vec![(one.to_os_string(), Some(second)), (other.to_os_string(), Some(first))];
        state.change(self.node, edits);
        Ok(())
    }

    fn remove_file(&self, name: &OsStr) -> io::Result<()> {
        let Some(node) = self.node(name) else {
            return missing();
        };
        let mut state = self.disk.lock();
        if matches!(state.nodes[node], Node::Folder { .. }) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        state.step(Step::Remove)?;
        state.change(self.node, vec![(name.to_os_string(), None)]);
        Ok(())
    }

    fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
        let Some(node) = self.node(name) else {
            return missing();
        };
        let mut state = self.disk.lock();
        match &state.nodes[node] {
            Node::Folder { names, .. } if names.is_empty() => {}
            Node::Folder { .. } => return Err(io::ErrorKind::DirectoryNotEmpty.into()),
            _ => return Err(io::ErrorKind::NotADirectory.into()),
        }
        state.step(Step::Remove)?;
        state.change(self.node, vec![(name.to_os_string(), None)]);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.disk.lock();
        state.step(Step::SyncFolder)?;
        state.pending.retain(|change| change.folder != self.node);
        if let Node::Folder { names, durable } = &mut state.nodes[self.node] {
            durable.clone_from(names);
        }
        Ok(())
    }

    fn hold(&self) -> io::Result<bool> {
        Ok(self.hold.take())
    }
}

impl DurableFile for FaultyFile {
    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.disk.lock();
        state.step(Step::SyncFile)?;
        let lies = state.fault == Fault::LyingFlush;
        if let (Node::File { bytes, durable }, false) = (&mut state.nodes[self.node], lies) {
            durable.clone_from(bytes);
        }
        Ok(())
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        let mut state = self.disk.lock();
        state.step(Step::Cut)?;
        if let Node::File { bytes, .. } = &mut state.nodes[self.node] {
            bytes.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        }
        Ok(())
    }

    fn hold(&self) -> io::Result<bool> {
        Ok(self.hold.take())
    }

    fn identity(&self) -> io::Result<Identity> {
        Ok(Identity { device: DEVICE, number: self.node as u64 })
    }
}

impl Write for FaultyFile {
    fn write(&mut self, new: &[u8]) -> io::Result<usize> {
        if new.is_empty() {
            return Ok(0);
        }
        let mut state = self.disk.lock();
        let whole = state.step(Step::Write)?;
        let count = if whole { new.len() } else { new.len() / 2 };
        if let Node::File { bytes, .. } = &mut state.nodes[self.node] {
            bytes.extend_from_slice(&new[..count]);
        }
        // A write that took nothing in must not look like "try again".
        if count == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(count) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
