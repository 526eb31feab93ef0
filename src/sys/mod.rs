//! Calls of the operating system.
