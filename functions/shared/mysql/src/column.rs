//! Values as columns hold them.

use std::fmt::Display;
use std::str::FromStr;

use gateway_domain::{Money, Timestamp};
use gateway_ports::PortError;
use rust_decimal::Decimal;
use sqlx::mysql::MySqlRow;
use sqlx::{Decode, MySql, Row, Type};

/// Decimals of the money columns.
const MONEY_SCALE: u32 = 4;

/// A row, read column by column. What cannot be read is a permanent error: the tables are ours.
pub(crate) struct Columns<'r>(pub(crate) &'r MySqlRow);

impl Columns<'_> {
    pub(crate) fn get<'r, T>(&'r self, column: &str) -> Result<T, PortError>
    where
        T: Decode<'r, MySql> + Type<MySql>,
    {
        self.0.try_get(column).map_err(|error| unreadable(column, error))
    }

    /// A text that names something: an id, a status.
    pub(crate) fn parsed<T>(&self, column: &str) -> Result<T, PortError>
    where
        T: FromStr<Err: Display>,
    {
        self.get::<&str>(column)?.parse().map_err(|error| unreadable(column, error))
    }

    pub(crate) fn parsed_option<T>(&self, column: &str) -> Result<Option<T>, PortError>
    where
        T: FromStr<Err: Display>,
    {
        let text: Option<&str> = self.get(column)?;
        text.map(|text| text.parse().map_err(|error| unreadable(column, error))).transpose()
    }

    /// A whole number that is never negative.
    pub(crate) fn count<T: TryFrom<i64, Error: Display>>(&self, column: &str) -> Result<T, PortError> {
        T::try_from(self.get::<i64>(column)?).map_err(|error| unreadable(column, error))
    }

    pub(crate) fn time(&self, column: &str) -> Result<Timestamp, PortError> {
        Ok(Timestamp::from_millis(self.get(column)?))
    }

    pub(crate) fn time_option(&self, column: &str) -> Result<Option<Timestamp>, PortError> {
        Ok(self.get::<Option<i64>>(column)?.map(Timestamp::from_millis))
    }

    pub(crate) fn money(&self, column: &str) -> Result<Money, PortError> {
        let mut amount: Decimal = self.get(column)?;
        amount.rescale(MONEY_SCALE);
        let units = i64::try_from(amount.mantissa()).map_err(|error| unreadable(column, error))?;
        Ok(Money::from_units(units))
    }
}

pub(crate) fn unreadable(column: &str, error: impl Display) -> PortError {
    PortError::permanent(format!("column {column}: {error}"))
}

/// An amount for a DECIMAL column; exact.
pub(crate) fn decimal(amount: Money) -> Decimal {
    Decimal::new(amount.units(), MONEY_SCALE)
}

/// A time for a column of epoch milliseconds.
pub(crate) fn millis(time: Option<Timestamp>) -> Option<i64> {
    time.map(Timestamp::as_millis)
}
