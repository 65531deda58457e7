//! The body's `produto`.

use gateway_edge::http::{Caller, Fields, Problem, Unfit, read};

use crate::order::Order;

/// Reads the order. Its total must be its price times its quantity and chargeable: what is not so
/// cannot fit any reservation.
pub(super) fn read(mut fields: Fields<'_>, caller: &Caller) -> Result<Order, Problem> {
    let reservation_id = fields.required("reserve_id", read::id);
    let product_id = fields.required("product_id", read::id);
    let named = fields.optional("user_id", read::user_id);
    let quantity = fields.required("quantity", read::quantity);
    let price = fields.required("price", read::amount);
    let total_price = fields.required("total_price", read::amount);
    if let (Some(quantity), Some(price), Some(total)) = (quantity, price, total_price) {
        if price.times(quantity.get()) != Some(total) {
            fields
                .refuse("total_price", Unfit::new("total_differs", "the total is not price times quantity"));
        } else if let Err(error) = total.to_cents() {
            fields.refuse("total_price", Unfit::new("not_chargeable", error.to_string()));
        }
    }
    match (reservation_id, product_id, quantity, total_price) {
        (Some(reservation_id), Some(product_id), Some(quantity), Some(amount)) if fields.are_fit() => {
            let user_id = caller.user(named.as_ref())?;
            Ok(Order { reservation_id, product_id, user_id, quantity, amount })
        }
        _ => Err(fields.into_problem()),
    }
}
