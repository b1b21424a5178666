//! Nothing lives here: this package exists for its tests (`all.rs`).
