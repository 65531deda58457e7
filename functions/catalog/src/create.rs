//! `POST /products`

use gateway_domain::ProductId;
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
        let id = ProductId::from_u128(self.clock.ulid());
        let new = validated(request.json()?, id)?;
        let product = self.products.create(&new, self.clock.now()).await?;
        Ok(product_response(201, product).header("location", format!("/findById/{id}")))
    }
}
