//! The one place that makes bytes durable: atomic files, slots, logs.
