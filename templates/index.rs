//! What the folder `templates/` holds, carried inside the program so that it
//! needs no files of its own.

/// A recipe with the texts beside it.
pub struct BuiltIn {
    /// The name by which `build` knows it.
    pub name: &'static str,
    /// The recipe, TOML.
    pub recipe: &'static str,
    /// Texts: the name in the recipe, and the bytes.
    pub documents: &'static [(&'static str, &'static [u8])],
}

/// Every recipe that the program carries.
pub const RECIPES: &[BuiltIn] = &[BuiltIn {
    name: "lrm-security-patch",
    recipe: include_str!("lrm-security-patch/recipe.toml"),
    documents: &[
        ("README.TXT", include_bytes!("lrm-security-patch/README.TXT")),
        ("GUIDE/EN.HTM", include_bytes!("lrm-security-patch/GUIDE/EN.HTM")),
        ("GUIDE/FR.HTM", include_bytes!("lrm-security-patch/GUIDE/FR.HTM")),
    ],
}];

/// The instruments that a recipe may name, TOML.
pub const INSTRUMENTS: &str = include_str!("instruments.toml");
