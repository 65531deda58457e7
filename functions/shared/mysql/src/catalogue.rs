//! Writing and reading products.

use gateway_domain::limits::STOCK_MAX;
use gateway_domain::{Product, ProductId, Timestamp};
use gateway_ports::PortError;
use gateway_ports::catalogue::{Catalogue, NewProduct, PatchOutcome, ProductPatch};
use sqlx::{AssertSqlSafe, MySql, MySqlConnection, QueryBuilder};

use crate::column::{Columns, decimal};
use crate::database::Database;
use crate::failure::{Failure, to_port_error};
use crate::product_row::{self, COLUMNS};
use crate::sql::{ROWS_PER_INSERT_MAX, push_list};
use crate::transact::{Ending, Work};

impl Catalogue for Database {
    async fn seed(&self, products: &[NewProduct], now: Timestamp) -> Result<u64, PortError> {
        self.transact(&Seed { products, now }).await
    }

    async fn create(&self, product: &NewProduct, now: Timestamp) -> Result<Product, PortError> {
        let inserted = self.execute(insert(std::slice::from_ref(&product), now).build()).await;
        inserted.map_err(|error| to_port_error("create a product", &error))?;
        let NewProduct { id, name, price, stock } = product.clone();
        Ok(Product { id, name, price, available: stock, version: 1 })
    }

    async fn patch(
        &self,
        id: ProductId,
        patch: &ProductPatch,
        now: Timestamp,
    ) -> Result<PatchOutcome, PortError> {
        self.transact(&Patch { id, patch, now }).await
    }

    async fn product(&self, id: ProductId) -> Result<Option<Product>, PortError> {
        let sql = format!("SELECT {COLUMNS} FROM products WHERE id = ?");
        let rows = self.rows("read a product", sql, id.to_string()).await?;
        rows.first().map(product_row::decode).transpose()
    }
}

struct Seed<'a> {
    products: &'a [NewProduct],
    now: Timestamp,
}

impl Work for Seed<'_> {
    type Answer = u64;
    const NAME: &'static str = "seed products";

    /// Who seeds at the same time makes the insert fail on its key; done again, it sees their rows.
    async fn run(&self, connection: &mut MySqlConnection) -> Result<Ending<u64>, Failure> {
        let mut inserted = 0;
        for products in self.products.chunks(ROWS_PER_INSERT_MAX) {
            let missing = missing(products, connection).await?;
            if !missing.is_empty() {
                inserted +=
                    insert(&missing, self.now).build().execute(&mut *connection).await?.rows_affected();
            }
        }
        Ok(Ending::Commit(inserted))
    }
}

async fn missing<'a>(
    products: &'a [NewProduct],
    connection: &mut MySqlConnection,
) -> Result<Vec<&'a NewProduct>, Failure> {
    let mut query = QueryBuilder::<MySql>::new("SELECT id FROM products WHERE id IN ");
    push_list(&mut query, products.iter().map(|product| product.id));
    let rows = query.build().fetch_all(connection).await?;
    let there: Vec<ProductId> = rows.iter().map(|row| Columns(row).parsed("id")).collect::<Result<_, _>>()?;
    Ok(products.iter().filter(|product| !there.contains(&product.id)).collect())
}

fn insert(products: &[&NewProduct], now: Timestamp) -> QueryBuilder<MySql> {
    let mut query = QueryBuilder::new(
        "INSERT INTO products (id, name, price, available, stocked_total, version, created_at_ms, updated_at_ms) ",
    );
    query.push_values(products, |mut values, product| {
        values
            .push_bind(product.id.to_string())
            .push_bind(product.name.clone())
            .push_bind(decimal(product.price))
            .push_bind(i64::from(product.stock))
            .push_bind(i64::from(product.stock))
            .push_bind(1_i64)
            .push_bind(now.as_millis())
            .push_bind(now.as_millis());
    });
    query
}

struct Patch<'a> {
    id: ProductId,
    patch: &'a ProductPatch,
    now: Timestamp,
}

impl Work for Patch<'_> {
    type Answer = PatchOutcome;
    const NAME: &'static str = "change a product";

    async fn run(&self, connection: &mut MySqlConnection) -> Result<Ending<PatchOutcome>, Failure> {
        let changed = self.update().build().execute(&mut *connection).await?.rows_affected() == 1;
        let sql = format!("SELECT {COLUMNS} FROM products WHERE id = ? FOR UPDATE");
        let row =
            sqlx::query(AssertSqlSafe(sql)).bind(self.id.to_string()).fetch_optional(connection).await?;
        let product = row.as_ref().map(product_row::decode).transpose()?;
        match product {
            Some(product) if changed => Ok(Ending::Commit(PatchOutcome::Patched(product))),
            product => self.explain(product).map(Ending::RollBack),
        }
    }
}

impl Patch<'_> {
    fn update(&self) -> QueryBuilder<MySql> {
        let mut query = QueryBuilder::new("UPDATE products SET version = version + 1, updated_at_ms = ");
        query.push_bind(self.now.as_millis());
        if let Some(name) = &self.patch.name {
            query.push(", name = ").push_bind(name.clone());
        }
        if let Some(price) = self.patch.price {
            query.push(", price = ").push_bind(decimal(price));
        }
        if let Some(units) = self.patch.restock {
            query.push(", available = available + ").push_bind(units);
            query.push(", stocked_total = stocked_total + ").push_bind(units);
        }
        query.push(" WHERE id = ").push_bind(self.id.to_string());
        if let Some(units) = self.patch.restock {
            query.push(" AND available >= ").push_bind(units.saturating_neg());
        }
        if let Some(units) = self.patch.restock.filter(|units| *units > 0) {
            query.push(" AND available <= ").push_bind(i64::from(STOCK_MAX).saturating_sub(units));
        }
        if let Some(version) = self.patch.if_version {
            query.push(" AND version = ").push_bind(version.cast_signed());
        }
        query
    }

    /// Why nothing was changed; if nothing speaks against it any more, it is tried again.
    fn explain(&self, product: Option<Product>) -> Result<PatchOutcome, Failure> {
        let Some(product) = product else { return Ok(PatchOutcome::Unknown) };
        if self.patch.if_version.is_some_and(|version| version != product.version) {
            return Ok(PatchOutcome::VersionDiffers { current: product.version });
        }
        let restock = self.patch.restock.unwrap_or(0);
        let available = i64::from(product.available).saturating_add(restock);
        if available < 0 {
            return Ok(PatchOutcome::OutOfStock);
        }
        if restock > 0 && available > i64::from(STOCK_MAX) {
            return Ok(PatchOutcome::Overstocked);
        }
        Err(Failure::Contended("the product changed in between".to_owned()))
    }
}
