//! `POST /products`

use gateway_domain::{Product, ProductId};
use gateway_edge::http::{HttpRequest, HttpResponse, Problem};
use gateway_ports::Clock;
use gateway_ports::catalogue::{Catalogue, NewProduct};
use gateway_wire::http::NewProductBody;

use crate::Catalog;
use crate::body::product_response;
use crate::validate::{name_error, price_error, stock_error};

fn validated(body: NewProductBody, id: ProductId) -> Result<NewProduct, Problem> {
    let errors = [
        name_error(&body.name),
        price_error(body.price.0),
        stock_error("/quantity", i64::from(body.quantity)),
    ];
    let errors: Vec<_> = errors.into_iter().flatten().collect();
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    Ok(NewProduct { id, name: body.name, price: body.price.0, stock: body.quantity })
}

impl<P: Catalogue, I, C: Clock> Catalog<P, I, C> {
    pub(crate) async fn create(&self, request: &HttpRequest) -> Result<HttpResponse, Problem> {
        request.caller.require_admin()?;
        let body: NewProductBody = request.json()?;
        let chosen = body.id;
        let id = chosen.unwrap_or_else(|| ProductId::from_u128(self.clock.ulid()));
        let new = validated(body, id)?;
        let (status, product) = match chosen {
            None => (201, self.products.create(&new, self.clock.now()).await?),
            Some(_) => self.create_once(new).await?,
        };
        Ok(product_response(status, product).header("location", format!("/findById/{id}")))
    }

    /// Makes a product whose id the caller has chosen, or finds it made by the same request before.
    async fn create_once(&self, new: NewProduct) -> Result<(u16, Product), Problem> {
        let made = self.products.seed(std::slice::from_ref(&new), self.clock.now()).await? > 0;
        let exists =
            || Problem::conflict("product_exists", "the id belongs to a product of another name or price");
        let product = self.products.product(new.id).await?.ok_or_else(exists)?;
        match made {
            true => Ok((201, product)),
            false if (&product.name, product.price) == (&new.name, new.price) => Ok((200, product)),
            false => Err(exists()),
        }
    }
}
