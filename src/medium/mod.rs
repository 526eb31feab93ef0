//! The pure function from a release to the bytes of a medium or a bundle.
