//! What is signed: names, limits, sums, manifest, trust, signatures. No I/O.
