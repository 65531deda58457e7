//! `POST /products`

use gateway_domain::ProductId;
use gateway_edge::http::{HttpRequest, HttpResponse, Problem};
use gateway_ports::Clock;
use gateway_ports::catalogue::{Catalogue, NewProduct};
use gateway_wire::money::WireMoney;
use serde::Deserialize;

use crate::Catalog;
use crate::body::product_response;
use crate::validate::{name_error, price_error};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewProductBody {
    name: String,
    price: WireMoney,
    /// Units in stock.
    quantity: u32,
}

impl NewProductBody {
    fn validated(self, id: ProductId) -> Result<NewProduct, Problem> {
        let errors: Vec<_> = name_error(&self.name).into_iter().chain(price_error(self.price.0)).collect();
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        Ok(NewProduct { id, name: self.name, price: self.price.0, stock: self.quantity })
    }
}

impl<P: Catalogue, I, C: Clock> Catalog<P, I, C> {
    pub(crate) async fn create(&self, request: &HttpRequest) -> Result<HttpResponse, Problem> {
        request.caller.require_admin()?;
        let id = ProductId::from_u128(self.clock.ulid());
        let new = request.json::<NewProductBody>()?.validated(id)?;
        let product = self.products.create(&new, self.clock.now()).await?;
        Ok(product_response(201, product).header("location", format!("/findById/{id}")))
    }
}
