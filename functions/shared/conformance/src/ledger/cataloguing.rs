//! The product table.

use futures::future::join_all;
use gateway_domain::limits::STOCK_MAX;
use gateway_domain::{Money, ProductId};
use gateway_ports::catalogue::{NewProduct, PatchOutcome, ProductPatch};

use super::world::PRICE;
use super::{Ledger, World};

fn new_product<L: Ledger>(world: &World<'_, L>, name: &str) -> NewProduct {
    NewProduct { id: ProductId::from_u128(world.id()), name: name.to_owned(), price: PRICE, stock: 5 }
}

/// Seeding again, or at the same time, inserts nothing twice.
pub async fn seeding_inserts_what_is_missing<L: Ledger>(world: &World<'_, L>) {
    let products = ["Notebook", "Mouse sem fio", "Câmera"].map(|name| new_product(world, name));
    assert_eq!(world.ledger.seed(&products[..1], world.start).await.unwrap(), 1);
    let seeded = join_all((0..4).map(|_| world.ledger.seed(&products, world.start))).await;
    assert_eq!(seeded.into_iter().map(Result::unwrap).sum::<u64>(), 2);
    let read = world.ledger.product(products[2].id).await.unwrap().unwrap();
    assert_eq!((read.name.as_str(), read.price, read.available, read.version), ("Câmera", PRICE, 5, 1));
}

/// The same id is refused.
pub async fn a_product_is_created_once<L: Ledger>(world: &World<'_, L>) {
    let product = new_product(world, "Teclado");
    let created = world.ledger.create(&product, world.start).await.unwrap();
    assert_eq!(world.ledger.product(product.id).await.unwrap(), Some(created));
    assert!(!world.ledger.create(&product, world.start).await.unwrap_err().is_transient());
}

/// Whatever changes, stock included.
pub async fn a_change_grows_the_version_by_one<L: Ledger>(world: &World<'_, L>) {
    let id = world.product(5).await;
    let price: Money = "0.1250".parse().unwrap();
    let patch =
        ProductPatch { name: Some("Cadeira 2".into()), price: Some(price), ..ProductPatch::default() };
    let PatchOutcome::Patched(product) = world.ledger.patch(id, &patch, world.start).await.unwrap() else {
        panic!("not patched")
    };
    assert_eq!((product.name.as_str(), product.price, product.version), ("Cadeira 2", price, 2));
    assert_eq!(world.ledger.product(id).await.unwrap(), Some(product));
    let back = ProductPatch { price: Some(PRICE), ..ProductPatch::default() };
    world.ledger.patch(id, &back, world.start).await.unwrap();
    let reservation = world.hold(id, 2).await;
    assert_eq!(world.ledger.product(id).await.unwrap().unwrap().version, 4);
    world.ledger.release(reservation.id, world.start).await.unwrap();
    assert_eq!(world.ledger.product(id).await.unwrap().unwrap().version, 5);
}

/// The caller saw an older one.
pub async fn a_change_of_another_version_is_refused<L: Ledger>(world: &World<'_, L>) {
    let id = world.product(5).await;
    let restock =
        |version| ProductPatch { restock: Some(1), if_version: Some(version), ..ProductPatch::default() };
    let outcome = world.ledger.patch(id, &restock(2), world.start).await.unwrap();
    assert_eq!(outcome, PatchOutcome::VersionDiffers { current: 1 });
    assert!(matches!(world.ledger.patch(id, &restock(1), world.start).await, Ok(PatchOutcome::Patched(_))));
    let unknown = ProductId::from_u128(world.id());
    assert_eq!(world.ledger.patch(unknown, &restock(1), world.start).await.unwrap(), PatchOutcome::Unknown);
    assert_eq!(world.account(id).await.stocked_total, 6);
}

/// What is held cannot be written off.
pub async fn units_arrive_and_are_written_off_but_never_below_none<L: Ledger>(world: &World<'_, L>) {
    let id = world.product(5).await;
    world.hold(id, 3).await;
    for (restock, patched, available, stocked_total) in [
        (-3, false, 2, 5),
        (10, true, 12, 15),
        (-12, true, 0, 3),
        (-1, false, 0, 3),
        (i64::MIN, false, 0, 3),
        (i64::MAX, false, 0, 3),
        (i64::from(STOCK_MAX), true, i64::from(STOCK_MAX), i64::from(STOCK_MAX) + 3),
        (1, false, i64::from(STOCK_MAX), i64::from(STOCK_MAX) + 3),
    ] {
        let patch = ProductPatch { restock: Some(restock), ..ProductPatch::default() };
        let outcome = world.ledger.patch(id, &patch, world.start).await.unwrap();
        assert_eq!(matches!(outcome, PatchOutcome::Patched(_)), patched, "{restock}: {outcome:?}");
        let account = world.account(id).await;
        assert_eq!((account.available, account.stocked_total), (available, stocked_total), "{restock}");
    }
}

/// No update is lost.
pub async fn parallel_restocks_all_count<L: Ledger>(world: &World<'_, L>) {
    let id = world.product(0).await;
    let patch = ProductPatch { restock: Some(3), ..ProductPatch::default() };
    for outcome in join_all((0..16).map(|_| world.ledger.patch(id, &patch, world.start))).await {
        assert!(matches!(outcome, Ok(PatchOutcome::Patched(_))));
    }
    assert_eq!(world.account(id).await.available, 48);
    assert_eq!(world.ledger.product(id).await.unwrap().unwrap().version, 17);
}
