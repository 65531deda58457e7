//! Reserves stock for a buyer.
