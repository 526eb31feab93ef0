//! What is known of each kind of instrument: where its runs lie, and whether it
//! starts in two modes. From `templates/run-places.json`, carried inside the
//! program: the verifier has no files of its own on an instrument.
//!
//! A model that is not in the list is no error: nothing is known of it then, and
//! a person is asked.

use std::path::PathBuf;

use serde::Deserialize;

use super::runs::RunPlace;

/// The list.
const LIST: &str = include_str!("../../templates/run-places.json");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListFile {
    models: Vec<ModelFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelFile {
    name: String,
    two_modes: bool,
    runs: Vec<RunsFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RunsFile {
    root: String,
    depth: usize,
}

/// One kind of instrument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// Its name, as it stands in a manifest's `applies_to`.
    pub name: String,
    /// It starts in one of two modes (Dx and RUO), and needs the update in both.
    pub two_modes: bool,
    /// Where its runs lie; empty where nothing is known.
    pub runs: Vec<RunPlace>,
}

/// Every model of the list.
pub fn models() -> Vec<Model> {
    // A test reads the list that is compiled in, so that this cannot fail later.
    let Ok(list) = serde_json::from_str::<ListFile>(LIST) else { return Vec::new() };
    let place = |runs: RunsFile| RunPlace { root: PathBuf::from(runs.root), depth: runs.depth };
    let model = |model: ModelFile| Model {
        name: model.name,
        two_modes: model.two_modes,
        runs: model.runs.into_iter().map(place).collect(),
    };
    list.models.into_iter().map(model).collect()
}

/// What is known of the model `name`; of an unknown one, nothing.
pub fn model(name: &str) -> Model {
    let nothing = Model { name: name.to_string(), two_modes: false, runs: Vec::new() };
    models().into_iter().find(|model| model.name == name).unwrap_or(nothing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_reads_and_has_the_instruments_that_a_recipe_may_name() {
        let names: Vec<String> = models().into_iter().map(|model| model.name).collect();
        let recipe = include_str!("../../templates/instruments.toml");
        let known: Vec<&str> = recipe
            .lines()
            .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
            .collect();
        assert!(known.len() > 5);
        assert_eq!(names, known);
    }

    #[test]
    fn only_dx_models_have_two_modes_and_strangers_have_nothing() {
        for model in models() {
            assert_eq!(model.two_modes, model.name.ends_with("Dx"), "{}", model.name);
            assert!(model.runs.iter().all(|place| (1..=2).contains(&place.depth)));
        }
        assert!(model("MiSeq").runs.len() == 3);
        assert_eq!(model("x"), Model { name: "x".into(), two_modes: false, runs: vec![] });
    }
}
