//! The ledger ports on MySQL and MariaDB.
