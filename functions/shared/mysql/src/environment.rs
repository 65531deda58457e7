//! The database's address from the environment.

use crate::settings::Settings;

impl Settings {
    /// From the environment, through `lookup`: `DATABASE_URL`, as
    /// `mysql://user:password@host:port/database`.
    ///
    /// # Errors
    /// The variable's name and what to do about it.
    pub fn from_env(lookup: impl Fn(&'static str) -> Option<String>) -> Result<Self, String> {
        lookup("DATABASE_URL").map(Self::new).ok_or_else(|| {
            "environment variable DATABASE_URL is not set; give mysql://user:password@host:port/database"
                .to_owned()
        })
    }
}
