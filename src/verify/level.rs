//! Levels: how much of a source a check looked at. Names, not an order.

use crate::text::Table;

/// What a check covered; the PASS sentence belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Every byte of a device.
    WholeMedium,
    /// The image-sized front of a device, or an image file.
    Volume,
    /// Every byte of a zip.
    Bundle,
    /// The files of a folder, drive or share; nothing about slack.
    FilesOnly,
    /// The files that `copy` made, against the seal kept beside them.
    InstalledCopy,
}

impl Level {
    /// Every level.
    pub const ALL: [Self; 5] =
        [Self::WholeMedium, Self::Volume, Self::Bundle, Self::FilesOnly, Self::InstalledCopy];

    /// The name for `--require-level` and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::WholeMedium => "whole-medium",
            Self::Volume => "volume",
            Self::Bundle => "bundle",
            Self::FilesOnly => "files-only",
            Self::InstalledCopy => "installed-copy",
        }
    }

    /// Reads a name that a person may require; an installed copy is judged by
    /// the installer alone.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.name() == name && *l != Self::InstalledCopy)
    }

    /// "every byte of ... is explained"
    pub fn explained(self, table: &Table) -> &'static str {
        let labels = &table.labels;
        match self {
            Self::WholeMedium => labels.explained_whole_medium,
            Self::Volume => labels.explained_volume,
            Self::Bundle => labels.explained_bundle,
            Self::FilesOnly => labels.explained_files_only,
            Self::InstalledCopy => labels.explained_installed_copy,
        }
    }

    /// The sentence of PASS, with a place for the publisher.
    pub fn verdict(self, table: &Table) -> &'static str {
        let labels = &table.labels;
        match self {
            Self::WholeMedium => labels.verdict_whole_medium,
            Self::Volume => labels.verdict_volume,
            Self::Bundle => labels.verdict_bundle,
            Self::FilesOnly => labels.verdict_files_only,
            Self::InstalledCopy => labels.verdict_installed_copy,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    #[test]
    fn only_the_whole_medium_and_the_bundle_say_nothing_else() {
        for level in Level::ALL {
            let says = level.verdict(Language::English.table()).contains("nothing else");
            assert_eq!(says, matches!(level, Level::WholeMedium | Level::Bundle), "{level:?}");
            let says = level.verdict(Language::French.table()).contains("rien d'autre");
            assert_eq!(says, matches!(level, Level::WholeMedium | Level::Bundle), "{level:?}");
        }
        assert_eq!(Level::parse("volume"), Some(Level::Volume));
        assert_eq!(Level::parse("installed-copy"), None);
        assert_eq!(Level::parse("Volume"), None);
    }
}
