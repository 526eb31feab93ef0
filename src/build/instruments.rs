//! The computers that a recipe may name. The list is data: it stands in
//! `templates/instruments.toml`, or beside a recipe that brings its own.

use super::fields::Reading;
use super::mistake::Mistakes;
use crate::seal::manifest::Bilingual;
use crate::seal::names::Text;

/// Instruments by name; the English one stands in manifests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruments {
    names: Vec<Bilingual>,
}

impl Instruments {
    /// Reads a list; `file` is what mistakes call it.
    pub fn parse(file: &str, text: &str) -> Result<Self, Mistakes> {
        let reading = Reading::new(file, text);
        let Some(table) = reading.parse() else { return reading.finish(None) };
        let fields = reading.fields(&table);
        let mut names: Vec<Bilingual> = Vec::new();
        for entry in fields.tables("instrument") {
            let name = entry.text("name", Text::parse);
            let french = entry.optional_text("fr", Text::parse);
            if let Some(en) = name {
                if names.iter().any(|known| known.en == en) {
                    entry.mistake("name", "stands here twice", "Remove one of them.");
                }
                names.push(Bilingual { fr: french.unwrap_or_else(|| en.clone()), en });
            }
            entry.finish();
        }
        if names.is_empty() {
            fields.mistake(
                "instrument",
                "names no instrument",
                "Write [[instrument]] with a name.",
            );
        }
        fields.finish();
        reading.finish(Some(Self { names }))
    }

    /// Both names of the instrument that is called `name`.
    pub fn find(&self, name: &str) -> Option<&Bilingual> {
        self.names.iter().find(|known| known.en.as_str() == name)
    }

    /// Every name, in the order of the list.
    pub fn names(&self) -> Vec<&str> {
        self.names.iter().map(|name| name.en.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::built_in::INSTRUMENTS;

    #[test]
    fn list_in_the_templates_folder_is_read() {
        let list = Instruments::parse("templates/instruments.toml", INSTRUMENTS).unwrap();
        assert_eq!(list.names().len(), 8);
        assert_eq!(list.find("MiSeqDx").unwrap().fr.as_str(), "MiSeqDx");
        assert_eq!(list.find("Stand-alone computer").unwrap().fr.as_str(), "Ordinateur autonome");
        assert!(list.find("MiSek").is_none());
    }

    #[test]
    fn mistakes_of_a_list_name_line_and_field() {
        let text = "[[instrument]]\nname = \"A\"\n[[instrument]]\nname = \"A\"\ncolour = 1\n";
        let mistakes = Instruments::parse("i.toml", text).unwrap_err();
        let places: Vec<_> = mistakes.list.iter().map(|m| (m.line, m.field.as_str())).collect();
        assert_eq!(places, [(4, "instrument[2].name"), (5, "instrument[2].colour")]);
        let none = Instruments::parse("i.toml", "").unwrap_err();
        assert_eq!((none.list[0].line, none.list[0].field.as_str()), (1, "instrument"));
    }
}
