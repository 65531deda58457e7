//! A seed's shop and buyers.

use gateway_domain::{Money, ProductId};
use gateway_ports::catalogue::NewProduct;

use crate::chance::mix;

/// Buyers arrive within this time, in milliseconds.
const ARRIVALS_MS: u64 = 150_000;

/// What happens in a run besides faults.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The buyers.
    pub orders: Vec<Order>,
    stock: Vec<(i64, u32)>,
}

/// One buyer's doings.
#[derive(Debug, Clone)]
pub struct Order {
    /// Who.
    pub user: String,
    /// What.
    pub product: ProductId,
    /// The price of one, in units of money.
    pub price: Money,
    /// How many.
    pub quantity: u32,
    /// When, in milliseconds after the start.
    pub at_ms: i64,
    /// How long the buyer thinks between reserving and paying, in milliseconds.
    pub thinks_ms: i64,
    /// Whether the request carries an `Idempotency-Key`.
    pub has_key: bool,
    /// Whether the request is sent twice at once.
    pub double: bool,
    /// Whether a second request with another key is sent beside.
    pub rivals_itself: bool,
    /// How often a request that was not answered is sent again.
    pub patience: u32,
    /// How many further cards the buyer has.
    pub cards: u32,
    /// Whether the reservation is given back, and when after the payment was sent, in milliseconds.
    pub gives_back_ms: Option<i64>,
}

impl Plan {
    /// The plan of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let number = |salt: u64, end: u64| mix(seed ^ mix(salt ^ 0x0b0e)) % end;
        let products = 1 + number(1, 2);
        // Prices in units of 1/10,000, whole cents.
        let price = |product: u64| i64::try_from((1 + number(10 + product, 50_000)) * 100).unwrap_or(100);
        let stock: Vec<_> =
            (0..products).map(|product| (price(product), 1 + number(20 + product, 6) as u32)).collect();
        let buyers = 1 + number(2, 8);
        let orders = (0..buyers).map(|buyer| Order::of(seed, buyer, &stock)).collect();
        Self { orders, stock }
    }

    /// The shop's products.
    #[must_use]
    pub fn products(&self) -> Vec<NewProduct> {
        let product = |(number, &(units, stock)): (usize, &(i64, u32))| NewProduct {
            id: product_id(number),
            name: format!("Produto {number}"),
            price: Money::from_units(units),
            stock,
        };
        self.stock.iter().enumerate().map(product).collect()
    }
}

impl Order {
    fn of(seed: u64, buyer: u64, stock: &[(i64, u32)]) -> Self {
        let number = |salt: u64, end: u64| mix(seed ^ mix(buyer << 16 | salt)) % end;
        let millis = |salt: u64, end: u64| i64::try_from(number(salt, end)).unwrap_or(0);
        let product = number(1, stock.len() as u64) as usize;
        Self {
            user: format!("buyer-{buyer}"),
            product: product_id(product),
            price: Money::from_units(stock[product].0),
            quantity: 1 + number(2, 2) as u32,
            at_ms: millis(3, ARRIVALS_MS),
            thinks_ms: if number(4, 10) == 0 { millis(5, 960_000) } else { millis(5, 3_000) },
            has_key: number(6, 2) == 0,
            double: number(7, 4) == 0,
            rivals_itself: number(8, 6) == 0,
            patience: 1 + number(9, 6) as u32,
            cards: number(10, 3) as u32,
            gives_back_ms: (number(11, 6) == 0).then(|| millis(12, 60_000)),
        }
    }
}

fn product_id(number: usize) -> ProductId {
    ProductId::from_u128(1 + number as u128)
}
