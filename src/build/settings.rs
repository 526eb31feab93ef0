//! What the command line and the environment add to a recipe.

use super::error::BuildError;
use crate::seal::digest::Digest;
use crate::seal::manifest::Manifest;
use crate::seal::names::{Number, Text};
use crate::seal::timestamp::Timestamp;

/// Whose word the payload's digest is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReferenceRule {
    /// A published reference hash of the recipe must match.
    Published,
    /// This digest must match; it was typed in by the person who builds.
    TypedIn(Digest),
    /// No outside reference is asked for (`--no-reference`).
    NotAsked,
}

/// What an outside reference says of the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReferenceMatch {
    /// Published there.
    Published {
        /// Where it can be looked up.
        source: Text,
    },
    /// Typed in by the person who built the release.
    TypedIn,
    /// Nobody outside says so.
    None,
}

impl ReferenceMatch {
    /// What the reference hashes of `manifest` say of a main file with `digest`.
    /// What is published wins over what was typed in.
    pub fn of(manifest: &Manifest, digest: &Digest) -> Self {
        use crate::seal::manifest::ReferenceOrigin;
        let hashes = &manifest.payload.reference_hashes;
        let matching = |origin| {
            hashes.iter().find(move |claim| claim.sha256 == *digest && claim.origin == origin)
        };
        match matching(ReferenceOrigin::Published) {
            Some(claim) => Self::Published { source: claim.source.clone() },
            None if matching(ReferenceOrigin::TypedIn).is_some() => Self::TypedIn,
            None => Self::None,
        }
    }
}

/// What a recipe leaves open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Orders releases within the epoch.
    pub sequence: Number,
    /// `--floor`; the recipe's where it is not given.
    pub floor: Option<Number>,
    /// See [`issued`].
    pub issued: Timestamp,
    /// Whose word counts.
    pub reference: ReferenceRule,
}

/// The time of issue: the option `--issued`, else `SOURCE_DATE_EPOCH` (seconds
/// since 1970, reproducible-builds.org; an odd second becomes the even one
/// before), else the recipe's. Never the clock.
pub fn issued(
    option: Option<&str>,
    environment: Option<&str>,
    recipe: Option<Timestamp>,
) -> Result<Timestamp, BuildError> {
    if let Some(text) = option {
        return Timestamp::try_from(text.to_string()).map_err(|rule| {
            BuildError::Issued(format!("--issued {} is {rule}", super::mistake::quoted(text)))
        });
    }
    if let Some(text) = environment {
        let seconds = text.parse().ok().and_then(Timestamp::from_unix);
        return seconds.ok_or_else(|| {
            let text = super::mistake::quoted(text);
            BuildError::Issued(format!("SOURCE_DATE_EPOCH {text} is not a second of 1980 to 2107"))
        });
    }
    recipe.ok_or_else(|| BuildError::Issued("nobody names one".to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn option_before_environment_before_recipe() {
        let stamp = |text: &str| Timestamp::parse(text).unwrap();
        let stated = stamp("2026-01-01T00:00:00Z");
        let recipe = Some(stated);
        let option = Some("2026-03-03T00:00:00Z");
        let environment = Some("1795428001");
        assert_eq!(issued(option, environment, recipe).unwrap(), stamp("2026-03-03T00:00:00Z"));
        assert_eq!(issued(None, environment, recipe).unwrap(), stamp("2026-11-23T10:00:00Z"));
        assert_eq!(issued(None, None, recipe).unwrap(), stated);
    }

    #[test]
    fn time_that_cannot_be_read_is_never_passed_over() {
        let recipe = Timestamp::parse("2026-01-01T00:00:00Z");
        assert!(issued(Some("yesterday"), Some("1795428001"), recipe).is_err());
        for text in ["", "now", "-1", "0", "99999999999999999999"] {
            assert!(issued(None, Some(text), recipe).is_err(), "{text}");
        }
        assert!(issued(None, None, None).is_err());
    }
}
