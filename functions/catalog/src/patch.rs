//! `PATCH /products/{id}`

use gateway_domain::ProductId;
use gateway_domain::limits::STOCK_MAX;
use gateway_edge::http::{HttpRequest, HttpResponse, Problem};
use gateway_ports::Clock;
use gateway_ports::catalogue::{Catalogue, PatchOutcome, ProductPatch};
use gateway_wire::http::ProductPatchBody;

use crate::Catalog;
use crate::body::product_response;
use crate::validate::{name_error, price_error, stock_error};

/// Units are added to what is there, so a repeated change would add them twice: it has to say of which version.
fn validated(body: ProductPatchBody, precondition: Precondition) -> Result<ProductPatch, Problem> {
    let price = body.price.map(|price| price.0);
    let errors = [
        body.name.as_deref().and_then(name_error),
        price.and_then(price_error),
        body.restock.and_then(|units| stock_error("/restock", units)),
    ];
    let errors: Vec<_> = errors.into_iter().flatten().collect();
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    if body.name.is_none() && price.is_none() && body.restock.is_none() {
        return Err(Problem::unprocessable("nothing_to_change", "name, price or restock is expected"));
    }
    let if_version = match precondition {
        Precondition::Version(version) => Some(version),
        Precondition::None if body.restock.is_some() => return Err(precondition_required()),
        Precondition::None | Precondition::Any => None,
    };
    Ok(ProductPatch { name: body.name, price, restock: body.restock, if_version })
}

impl<P: Catalogue, I, C: Clock> Catalog<P, I, C> {
    pub(crate) async fn patch(&self, request: &HttpRequest) -> Result<HttpResponse, Problem> {
        request.caller.require_admin()?;
        let id: ProductId = request.path_id("id", "product_not_found")?;
        let patch = validated(request.json()?, if_match(request)?)?;
        match self.products.patch(id, &patch, self.clock.now()).await? {
            PatchOutcome::Patched(product) => Ok(product_response(200, product)),
            PatchOutcome::Unknown => Err(Problem::not_found("product_not_found", "there is no such product")),
            PatchOutcome::VersionDiffers { current } => Err(version_differs(&format!("it has {current}"))),
            PatchOutcome::OutOfStock => {
                Err(Problem::conflict("out_of_stock", "fewer units are available than would be written off"))
            }
            PatchOutcome::Overstocked => Err(Problem::conflict(
                "overstocked",
                format!("more than {STOCK_MAX} units would be in stock"),
            )),
        }
    }
}

/// What `If-Match` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Precondition {
    /// It is not there.
    None,
    /// `*`: whatever version the product has.
    Any,
    /// The version that the caller saw.
    Version(u64),
}

fn if_match(request: &HttpRequest) -> Result<Precondition, Problem> {
    match request.header("if-match").map(str::trim) {
        None => Ok(Precondition::None),
        Some("*") => Ok(Precondition::Any),
        Some(tag) => {
            let version = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap_or(tag).parse();
            version.map(Precondition::Version).map_err(|_| version_differs("If-Match names none"))
        }
    }
}

fn precondition_required() -> Problem {
    let detail = "a restock that is sent again counts again: send If-Match with the product's entity tag, \
                  or `*` if it is never sent again";
    Problem::new(428, "precondition_required", detail)
}

fn version_differs(detail: &str) -> Problem {
    Problem::new(412, "version_differs", format!("the product has not the version of If-Match: {detail}"))
}
