//! Gives expired reservations' stock back.
