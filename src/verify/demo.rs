//! The publisher `demo`: for exercises, and only inside the folder that
//! `mediaseal demo` made and marked.

use std::path::Path;

use crate::seal::names::Identifier;
use crate::text::Language;

use super::outcome::{Failure, Outcome};
use super::pinning::nearest_existing;
use super::report::DEMO;
use super::session::failure;

/// Marks the folder of an exercise.
pub const MARKER: &str = ".mediaseal-demo";

/// Refuses publisher `demo` unless `path` is below a marked folder.
pub fn refuse_outside(
    publisher: &Identifier,
    path: &Path,
    language: Language,
) -> Result<(), Failure> {
    if publisher.as_str() != DEMO || is_below_marked(path) {
        return Ok(());
    }
    Err(failure(Outcome::Refused, language.table().failures.demo_outside_demo, &[]))
}

/// True if a folder above `path`, links resolved, has the marker.
fn is_below_marked(path: &Path) -> bool {
    let real = nearest_existing(path);
    real.ancestors().any(|folder| folder.join(MARKER).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn demo_is_taken_only_below_a_marked_folder() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("a/b/state");
        let name = |text: &str| Identifier::parse(text).unwrap();
        let refused = |publisher: &str| {
            refuse_outside(&name(publisher), &inside, Language::English)
                .map_err(|failure| failure.outcome)
        };
        assert_eq!(refused("demo"), Err(Outcome::Refused));
        assert_eq!(refused("example-support"), Ok(()));
        std::fs::write(folder.path().join(MARKER), "").unwrap();
        assert_eq!(refused("demo"), Ok(()));
    }
}
