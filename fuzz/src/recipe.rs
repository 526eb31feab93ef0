//! A recipe: whatever stands in it, mistakes are named by line, shown without a
//! character that could mislead, and what is accepted keeps the format's rules.

use mediaseal::build::mistake::MAX_MISTAKES;
use mediaseal::build::recipe::{Beside, Recipe};
use mediaseal::seal::names::check_path;

/// Every document that a recipe names is there and holds the recipe itself.
struct Mirror<'a>(&'a [u8]);

impl Beside for Mirror<'_> {
    fn open(&self, name: &str, limit: usize) -> Result<(String, Vec<u8>), (String, String)> {
        match self.0.len() > limit {
            true => Err(("too long".to_string(), String::new())),
            false => Ok((name.to_string(), self.0.to_vec())),
        }
    }
}

/// The text of a recipe.
pub fn recipe(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let read = || Recipe::parse("recipe.toml", text, &Mirror(bytes));
    let first = read();
    assert_eq!(first, read(), "a recipe is read the same twice");
    match first {
        Err(mistakes) => {
            assert!((1..=MAX_MISTAKES + 1).contains(&mistakes.list.len()));
            let lines = text.lines().count() + 1;
            for mistake in &mistakes.list {
                assert!((1..=lines).contains(&mistake.line), "{mistake:?}");
                assert!(!mistake.what.is_empty());
            }
            let shown = mistakes.to_string();
            assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
        }
        Ok(recipe) => {
            assert_eq!(recipe.applies_to.len(), recipe.instrument_names.len());
            assert!(!recipe.applies_to.is_empty());
            for document in &recipe.documents {
                assert_eq!(check_path(&document.path), Ok(()));
                let first = document.path.split('/').next().unwrap_or_default();
                assert!(!first.eq_ignore_ascii_case("seal"));
                assert_eq!(document.bytes, bytes);
            }
        }
    }
}
