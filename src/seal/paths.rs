//! Paths that stand together: no two that are one name on a file system
//! without case, none that is a file for one and a folder for another.
//!
//! The seal, the manifest, the medium's plan and the copy all ask here, so a
//! set of paths is good for all of them or for none.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::limits::MAX_FILES;
use super::names::{NameFault, check_path};

/// File paths, and the folders that follow from them.
#[derive(Debug, Default)]
pub struct PathSet<'a> {
    /// Lower-case spelling -> the spelling seen, and whether it is a file.
    seen: HashMap<String, (&'a str, bool)>,
    /// The folder of the last path. Paths come folder by folder, so it and
    /// what is above it need no second look.
    last: Option<&'a str>,
}

impl<'a> PathSet<'a> {
    /// An empty set with room for `files`.
    pub fn with_room_for(files: usize) -> Self {
        Self { seen: HashMap::with_capacity(files.min(MAX_FILES)), last: None }
    }

    /// Takes the file `path` in; `folder` hears of every folder of it that was
    /// not there yet, outermost first.
    pub fn insert(
        &mut self,
        path: &'a str,
        mut folder: impl FnMut(&'a str),
    ) -> Result<(), NameFault> {
        let lower = path.to_ascii_lowercase();
        let parent = path.rsplit_once('/').map(|(folder, _)| folder);
        if parent.is_some() && parent != self.last {
            for (end, _) in path.match_indices('/') {
                if self.place(&path[..end], lower[..end].to_string(), false)? {
                    folder(&path[..end]);
                }
            }
            self.last = parent;
        }
        self.place(path, lower, true).map(|_| ())
    }

    /// True where the name was not there yet; a folder may come again.
    fn place(&mut self, name: &'a str, lower: String, is_file: bool) -> Result<bool, NameFault> {
        match self.seen.entry(lower) {
            Entry::Vacant(place) => {
                place.insert((name, is_file));
                Ok(true)
            }
            Entry::Occupied(place) => match *place.get() {
                (other, false) if !is_file && other == name => Ok(false),
                (other, was_file) if other == name && was_file != is_file => {
                    Err(NameFault::FileAndFolder(other.to_string()))
                }
                (other, _) => Err(NameFault::CaseTwin(other.to_string())),
            },
        }
    }
}

/// Checks a whole set of file paths: each alone by [`check_path`], and all of
/// them together; at most [`MAX_FILES`].
pub fn check_paths<'a>(
    paths: impl IntoIterator<Item = &'a str>,
) -> Result<(), (String, NameFault)> {
    let paths = paths.into_iter();
    let mut set = PathSet::with_room_for(paths.size_hint().1.unwrap_or(0));
    for (count, path) in paths.enumerate() {
        let checked = match count >= MAX_FILES {
            true => Err(NameFault::TooMany),
            false => check_path(path).and_then(|()| set.insert(path, |_| ())),
        };
        checked.map_err(|fault| (path.to_string(), fault))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(paths: &[&str]) -> Result<(), (String, NameFault)> {
        check_paths(paths.iter().copied())
    }

    fn refused(path: &str, fault: NameFault) -> Result<(), (String, NameFault)> {
        Err((path.to_string(), fault))
    }

    #[test]
    fn folders_are_told_once_and_outermost_first() {
        let (mut set, mut folders) = (PathSet::default(), Vec::new());
        for path in ["a/b/1", "a/b/2", "a/3", "a/b/4", "5", "c/6"] {
            set.insert(path, |folder| folders.push(folder)).unwrap();
        }
        assert_eq!(folders, ["a", "a/b", "c"]);
    }

    #[test]
    fn twins_without_case_are_refused_wherever_they_come() {
        let twin = |name: &str| NameFault::CaseTwin(name.to_string());
        assert_eq!(check(&["a/b", "a/B"]), refused("a/B", twin("a/b")));
        assert_eq!(check(&["a/b", "A/c"]), refused("A/c", twin("a")));
        assert_eq!(check(&["x/a/b", "x/A/c"]), refused("x/A/c", twin("x/a")));
        assert_eq!(check(&["a/b", "a/b"]), refused("a/b", twin("a/b")));
        // Back in a folder that was left in between.
        assert_eq!(check(&["a/b", "c/d", "a/b"]), refused("a/b", twin("a/b")));
        assert_eq!(check(&["a/b", "c/d", "a/e", "A/f"]), refused("A/f", twin("a")));
        assert_eq!(check(&["a/b", "A"]), refused("A", twin("a")));
        assert_eq!(check(&["a", "A/b"]), refused("A/b", twin("a")));
    }

    #[test]
    fn a_file_cannot_be_a_folder_too() {
        let both = |name: &str| NameFault::FileAndFolder(name.to_string());
        assert_eq!(check(&["a", "a/b"]), refused("a/b", both("a")));
        assert_eq!(check(&["a/b", "a"]), refused("a", both("a")));
        assert_eq!(check(&["a/b/c", "a/b"]), refused("a/b", both("a/b")));
        // The folder of the last path does not hide it.
        assert_eq!(check(&["a/b", "a/b/c"]), refused("a/b/c", both("a/b")));
    }
}
