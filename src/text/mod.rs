//! The words of findings and prompts, one table a language.
