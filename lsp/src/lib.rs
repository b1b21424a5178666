//! The place of the language server.
//!
//! It stands above the compiler and speaks its queries to editors; it comes with its own issue. Until then the
//! package holds its arrow in the house and nothing else.
