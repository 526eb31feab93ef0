//! Recipes and the assembly of a release.
