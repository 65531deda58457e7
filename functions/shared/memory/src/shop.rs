//! A shop with one payment accepted: what the tests of the steps start from.

use gateway_domain::begin::PaymentRequest;
use gateway_domain::card::EncryptedCard;
use gateway_domain::limits::{CARD_LIFE_MS, RESERVATION_LIFE_MS};
use gateway_domain::reservation::ReserveCommand;
use gateway_domain::{
    CardSecret, Money, PaymentId, PaymentStatus, ProductId, Quantity, ReservationId, ReservationStatus,
    Timestamp, UserId,
};
use gateway_ports::PortError;
use gateway_ports::attempts::{CardVault as _, NewPaymentItem};
use gateway_ports::catalogue::{Catalogue as _, NewProduct};
use gateway_ports::ledger::{Begin, BeginPayments as _};
use gateway_ports::reservations::Reservations as _;
use gateway_wire::RecordOrigin;

use crate::attempts::MemoryPayments;
use crate::clock::ManualClock;
use crate::ledger::MemoryLedger;
use crate::log::MemoryLog;
use crate::provider::MemoryProvider;

/// The accepted payment.
pub const PAYMENT: PaymentId = PaymentId::from_u128(1);
/// What it pays.
pub const RESERVATION: ReservationId = ReservationId::from_u128(2);
/// What is reserved.
pub const PRODUCT: ProductId = ProductId::from_u128(3);
/// When it was accepted.
pub const ACCEPTED: Timestamp = Timestamp::from_millis(1_795_426_200_000);
/// How much: 19.90.
pub const AMOUNT: Money = Money::from_units(199_000);

/// The servers, and a clock at the moment of acceptance.
pub struct Shop {
    /// One product, one reservation of it.
    pub ledger: MemoryLedger,
    /// The payment's card.
    pub vault: MemoryPayments,
    /// Nothing charged.
    pub provider: MemoryProvider,
    /// Nothing produced.
    pub log: MemoryLog,
    /// Stands still.
    pub clock: ManualClock,
}

impl Shop {
    /// One unit is reserved, and its payment's card vaulted; the ledger does not know the payment yet.
    ///
    /// # Errors
    /// None by the servers in memory.
    pub async fn open() -> Result<Self, PortError> {
        let shop = Self {
            ledger: MemoryLedger::new(),
            vault: MemoryPayments::default(),
            provider: MemoryProvider::default(),
            log: MemoryLog::new(1),
            clock: ManualClock::new(ACCEPTED, 7),
        };
        let product = NewProduct { id: PRODUCT, name: "Mouse".to_owned(), price: AMOUNT, stock: 2 };
        shop.ledger.create(&product, ACCEPTED).await?;
        let expires_at = ACCEPTED.plus_millis(RESERVATION_LIFE_MS);
        let reserved = shop.ledger.reserve(&reserve_command()?, expires_at, ACCEPTED).await?;
        reserved.map_err(|refusal| PortError::permanent(format!("{refusal:?}")))?;
        shop.vault.put(&item()?, card()?).await?;
        Ok(shop)
    }

    /// The same, with the payment begun.
    ///
    /// # Errors
    /// None by the servers in memory.
    pub async fn with_payment_begun() -> Result<Self, PortError> {
        let shop = Self::open().await?;
        let origin = RecordOrigin { topic: "order_queue".to_owned(), partition: 0, offset: 0 };
        shop.ledger.begin(&[Begin { request: request()?, origin, trace: None }], ACCEPTED).await?;
        Ok(shop)
    }
}

impl MemoryLedger {
    /// Where the shop's payment and its reservation stand.
    #[must_use]
    pub fn standing(&self) -> (Option<PaymentStatus>, Option<ReservationStatus>) {
        self.inspect(|rows| {
            let reservation = rows.reservations().find(|row| row.id == RESERVATION).map(|row| row.status);
            (rows.payment(PAYMENT).map(|payment| payment.status), reservation)
        })
    }
}

/// The payment as it was accepted.
///
/// # Errors
/// None: the parts are well-formed.
pub fn request() -> Result<PaymentRequest, PortError> {
    Ok(PaymentRequest {
        payment_id: PAYMENT,
        reservation_id: RESERVATION,
        product_id: PRODUCT,
        user_id: user()?,
        quantity: quantity()?,
        amount: AMOUNT,
        card: card()?.summary(),
        accepted_at: ACCEPTED,
    })
}

fn reserve_command() -> Result<ReserveCommand, PortError> {
    Ok(ReserveCommand {
        reservation_id: RESERVATION,
        product_id: PRODUCT,
        user_id: user()?,
        quantity: quantity()?,
        price: AMOUNT,
        total_price: AMOUNT,
    })
}

fn item() -> Result<NewPaymentItem, PortError> {
    Ok(NewPaymentItem {
        payment_id: PAYMENT,
        reservation_id: RESERVATION,
        user_id: user()?,
        amount: AMOUNT,
        card_expires_at: ACCEPTED.plus_millis(CARD_LIFE_MS),
    })
}

fn user() -> Result<UserId, PortError> {
    UserId::new("ana").map_err(|error| PortError::permanent(error.to_string()))
}

fn quantity() -> Result<Quantity, PortError> {
    Quantity::new(1).map_err(|error| PortError::permanent(error.to_string()))
}

fn card() -> Result<CardSecret, PortError> {
    let card = EncryptedCard::new("YWJj".to_owned()).map(CardSecret::Encrypted);
    card.map_err(|_| PortError::permanent("the card is well-formed"))
}
