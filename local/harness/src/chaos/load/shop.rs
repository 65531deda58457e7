//! Products and users of the run.

use serde_json::json;

use crate::Endpoints;
use crate::gateway::{Failure, Gateway, Item};

use super::purchase::Purchase;

/// Users that the buyers are.
const USERS: usize = 24;
/// Prices in cents, one a product.
const PRICES_CENTS: [i64; 12] =
    [100, 735, 1_990, 2_501, 4_999, 5_000, 7_890, 10_000, 12_345, 19_999, 49_990, 99_901];

/// Something for sale, with its price.
#[derive(Debug, Clone)]
pub struct Good {
    product_id: String,
    price: serde_json::Value,
    price_cents: i64,
}

/// Who buys, and what there is to buy.
#[derive(Debug, Clone)]
pub struct Shop {
    buyers: Vec<Gateway>,
    goods: Vec<Good>,
}

impl Shop {
    /// Creates the products, each with `stock` units.
    ///
    /// # Errors
    /// When one is not created.
    pub async fn open(endpoints: &Endpoints, stock: u32) -> Result<Self, Failure> {
        let gateway = Gateway::new(endpoints, "buyer-0")?;
        let mut goods = Vec::new();
        for (number, price_cents) in PRICES_CENTS.into_iter().enumerate() {
            let product =
                gateway.create_product(&format!("Produto {number}"), &decimal(price_cents), stock).await?;
            goods.push(Good {
                product_id: product["id"].as_str().unwrap_or_default().to_owned(),
                price: product["price"].clone(),
                price_cents,
            });
        }
        let buyers = (0..USERS).map(|number| gateway.as_user(&format!("buyer-{number}"))).collect();
        Ok(Self { buyers, goods })
    }

    /// Who makes this purchase.
    #[must_use]
    pub fn buyer(&self, purchase: &Purchase) -> Gateway {
        self.buyers[purchase.user % self.buyers.len()].clone()
    }

    /// What is bought, and for how many cents.
    #[must_use]
    pub fn item(&self, purchase: &Purchase) -> (Item, i64) {
        let good = &self.goods[purchase.product % self.goods.len()];
        let cents = good.price_cents * i64::from(purchase.quantity);
        let item = Item {
            product_id: good.product_id.clone(),
            price: good.price.clone(),
            quantity: purchase.quantity,
            total_price: decimal(cents),
        };
        (item, cents)
    }
}

/// A product that is not for sale: its price is changed to see the change arrive in the index.
///
/// # Errors
/// When no answer comes, or none of success.
pub async fn reprice(gateway: &Gateway, product_id: &str, cents: i64) -> Result<(), Failure> {
    let body = json!({ "price": decimal(cents) });
    gateway.as_admin().patch(&format!("/products/{product_id}"), &body).await?.expect(200).map(drop)
}

/// Cents as a decimal text.
#[must_use]
pub fn decimal(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
