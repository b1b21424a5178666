//! The real program under fire: driven over HTTP, killed and started again, and its store read afterwards.
//!
//! `drive` asks and keeps what was acknowledged, `run` breaks things meanwhile, `stored` reads what is there through
//! `wfrun` itself, `checks` holds the two against each other, `report` tells it as a table. `simulate` does the same
//! to the interpreter alone, years a second. Invariant: nothing here
//! links the runtime: it is judged from outside, as a user meets it.

pub mod bells;
pub mod checks;
pub mod cluster;
pub mod dice;
pub mod drive;
pub mod http;
pub mod neighbour;
pub mod node;
pub mod power;
pub mod report;
pub mod run;
pub mod simulate;
pub mod stored;
