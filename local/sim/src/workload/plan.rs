//! A seed's shop and buyers.

use gateway_domain::{Money, ProductId};
use gateway_ports::catalogue::NewProduct;
use gateway_wire::topics;

use crate::chance::mix;

/// Buyers arrive within this time, in milliseconds.
const ARRIVALS_MS: u64 = 150_000;

/// What happens in a run besides faults.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The buyers.
    pub orders: Vec<Order>,
    /// What the shopkeeper does.
    pub changes: Vec<Change>,
    /// What nobody can read.
    pub garbage: Vec<Garbage>,
    stock: Vec<(i64, u32)>,
}

/// One thing that the shopkeeper does.
#[derive(Debug, Clone)]
pub struct Change {
    /// When, in milliseconds after the start.
    pub at_ms: i64,
    /// To which product; `None` for a new one.
    pub product: Option<ProductId>,
    /// Units that arrive, or are written off.
    pub restock: i64,
    /// A new price, in units of money.
    pub price: Option<Money>,
    /// Whether only the version that was seen is changed.
    pub if_seen: bool,
}

/// A record that nobody can read.
#[derive(Debug, Clone)]
pub struct Garbage {
    /// When, in milliseconds after the start.
    pub at_ms: i64,
    /// Where.
    pub topic: &'static str,
}

impl Change {
    fn of(seed: u64, nth: u64, products: u64) -> Self {
        let number = |salt: u64, end: u64| mix(seed ^ mix(0x5409 ^ nth << 16 | salt)) % end;
        let millis = |salt: u64, end: u64| i64::try_from(number(salt, end)).unwrap_or(0);
        let price = || Money::from_units((1 + millis(5, 50_000)) * 100);
        Self {
            at_ms: millis(1, 4 * ARRIVALS_MS),
            product: (number(2, 6) > 0).then(|| product_id(number(3, products) as usize)),
            restock: millis(4, 9) - 3,
            price: (number(6, 3) == 0).then(price),
            if_seen: number(7, 3) == 0,
        }
    }
}

impl Garbage {
    fn of(seed: u64, nth: u64) -> Self {
        let number = |salt: u64, end: u64| mix(seed ^ mix(0x6a7b ^ nth << 16 | salt)) % end;
        let topic = topics::ALL[number(2, topics::ALL.len() as u64) as usize];
        Self { at_ms: i64::try_from(number(1, 4 * ARRIVALS_MS)).unwrap_or(0), topic }
    }
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
        let changes = (0..number(3, 6)).map(|nth| Change::of(seed, nth, products)).collect();
        let garbage = (0..number(4, 6).saturating_sub(3)).map(|nth| Garbage::of(seed, nth)).collect();
        Self { orders, changes, garbage, stock }
    }

    /// How many do something: the buyers, then the shopkeeper and the vandal.
    #[must_use]
    pub const fn parties(&self) -> usize {
        self.orders.len() + super::OTHERS
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
