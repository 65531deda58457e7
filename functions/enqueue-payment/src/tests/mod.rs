//! `POST /payment` on the servers in memory.

mod crashes;
mod refusals;
mod repetitions;
mod world;
