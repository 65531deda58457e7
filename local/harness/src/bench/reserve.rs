//! `POST /reserve`.

use std::sync::Arc;

use serde_json::Value;

use super::report::ReserveRun;
use super::{Bench, load, stats};
use crate::card;
use crate::gateway::{Failure, Item};

/// Products that the reservations are spread over.
const PRODUCTS: usize = 46;

/// Products with enough stock for `reservations` of one unit each.
pub async fn stocked_items(bench: &Bench, reservations: usize) -> Result<Vec<Item>, Failure> {
    let stock = u32::try_from(reservations / PRODUCTS + 1).unwrap_or(u32::MAX);
    let mut items = Vec::with_capacity(PRODUCTS);
    for number in 0..PRODUCTS {
        let product = bench.gateway.create_product(&format!("Produto {number}"), "50.00", stock).await?;
        items.push(Item {
            product_id: product["id"].as_str().unwrap_or_default().to_owned(),
            price: product["price"].clone(),
            quantity: 1,
            total_price: "50.00".to_owned(),
        });
    }
    Ok(items)
}

/// Reservations per second.
pub async fn measure(bench: &Bench, clients: usize, reservations: usize) -> Result<ReserveRun, Failure> {
    let items = Arc::new(stocked_items(bench, reservations).await?);
    let gateway = bench.gateway.clone();
    let mut load = load::run(clients, reservations, move |number| {
        let (gateway, items) = (gateway.clone(), Arc::clone(&items));
        async move { gateway.reserve(&items[number % items.len()]).await?.expect(201).map(|_| ()) }
    })
    .await?;
    Ok(ReserveRun {
        clients,
        per_second: stats::per_second(reservations, load.elapsed),
        p50_ms: stats::millis(stats::percentile(&mut load.latencies, 50)),
        p99_ms: stats::millis(stats::percentile(&mut load.latencies, 99)),
    })
}

/// Reserves one unit for each of `count` payments; returns each reservation's id with its item.
pub async fn reserve_many(bench: &Bench, count: usize) -> Result<Vec<(String, Item)>, Failure> {
    let items = Arc::new(stocked_items(bench, count).await?);
    let reserved = Arc::new(std::sync::Mutex::new(Vec::with_capacity(count)));
    let (gateway, sink) = (bench.gateway.clone(), Arc::clone(&reserved));
    load::run(16, count, move |number| {
        let (gateway, item, sink) = (gateway.clone(), items[number % items.len()].clone(), Arc::clone(&sink));
        async move {
            let reservation = gateway.reserve(&item).await?.expect(201)?;
            let id = reservation["id"].as_str().unwrap_or_default().to_owned();
            if let Ok(mut all) = sink.lock() {
                all.push((id, item));
            }
            Ok(())
        }
    })
    .await?;
    Ok(reserved.lock().map(|mut all| std::mem::take(&mut *all)).unwrap_or_default())
}

/// The bodies of `count` payments, each for a reservation of its own.
pub async fn payable(bench: &Bench, count: usize) -> Result<Vec<Value>, Failure> {
    let reserved = reserve_many(bench, count).await?;
    Ok(reserved.iter().map(|(id, item)| bench.gateway.payment_body(id, item, card::APPROVED)).collect())
}
