//! `POST /`

use gateway_domain::{Money, ProductId};
use gateway_edge::http::{HttpRequest, HttpResponse, Problem};
use gateway_ports::Clock;
use gateway_ports::catalogue::{Catalogue, NewProduct};
use gateway_wire::http::SeededBody;

use crate::Catalog;

/// `01JB3Q00000000000000000000`: the n-th sample has the id n above it, so that seeding again finds
/// each one where it left it.
const SAMPLE_ID_BASE: u128 = 0x0192_c770_0000_0000_0000_0000_0000_0000;
/// Money's units, ten-thousandths, in a cent.
const UNITS_PER_CENT: i64 = 100;

/// A product of the sample shop.
#[derive(Debug, Clone, Copy)]
pub struct SampleProduct {
    /// Its name.
    pub name: &'static str,
    /// Price of one.
    pub price: Money,
    /// Units in stock when it is seeded.
    pub stock: u32,
}

impl<P: Catalogue, I, C: Clock> Catalog<P, I, C> {
    pub(crate) async fn seed(&self, request: &HttpRequest) -> Result<HttpResponse, Problem> {
        request.caller.require_admin()?;
        let samples: Vec<_> = (1..).zip(&SAMPLE_PRODUCTS).map(new_product).collect();
        let created = self.products.seed(&samples, self.clock.now()).await?;
        tracing::info!(created, "seeded");
        Ok(HttpResponse::json(201, &SeededBody { created, total: samples.len() }))
    }
}

fn new_product((number, sample): (u128, &SampleProduct)) -> NewProduct {
    let id = ProductId::from_u128(SAMPLE_ID_BASE + number);
    NewProduct { id, name: sample.name.to_owned(), price: sample.price, stock: sample.stock }
}

const fn sample(name: &'static str, price_cents: i64, stock: u32) -> SampleProduct {
    SampleProduct { name, price: Money::from_units(price_cents * UNITS_PER_CENT), stock }
}

/// The sample shop: name, price in cents, stock.
pub const SAMPLE_PRODUCTS: [SampleProduct; 46] = [
    sample("Notebook", 450_000, 10),
    sample("Mouse", 5_000, 100),
    sample("Teclado", 12_000, 80),
    sample("Monitor", 120_000, 25),
    sample("Impressora", 85_000, 15),
    sample("Webcam", 25_000, 40),
    sample("Fone de Ouvido", 18_000, 60),
    sample("Caixa de Som", 32_000, 35),
    sample("Microfone", 41_000, 20),
    sample("Pen Drive 64 GB", 4_500, 150),
    sample("HD Externo 1 TB", 38_000, 30),
    sample("SSD 480 GB", 29_000, 45),
    sample("Memória RAM 8 GB", 21_000, 50),
    sample("Placa de Vídeo", 280_000, 7),
    sample("Placa-Mãe", 95_000, 12),
    sample("Processador", 170_000, 14),
    sample("Fonte 600 W", 34_000, 22),
    sample("Gabinete", 28_000, 18),
    sample("Cooler", 9_500, 55),
    sample("Roteador", 23_000, 32),
    sample("Cabo HDMI", 3_500, 200),
    sample("Carregador", 7_990, 90),
    sample("Smartphone", 250_000, 20),
    sample("Tablet", 160_000, 16),
    sample("Relógio Inteligente", 89_000, 24),
    sample("Televisão 50 Polegadas", 240_000, 9),
    sample("Câmera Fotográfica", 310_000, 6),
    sample("Tripé", 14_000, 28),
    sample("Videogame", 380_000, 8),
    sample("Controle sem Fio", 33_000, 40),
    sample("Cadeira de Escritório", 78_000, 17),
    sample("Mesa de Escritório", 65_000, 11),
    sample("Luminária de Mesa", 11_000, 44),
    sample("Estante", 42_000, 13),
    sample("Mochila para Notebook", 19_000, 48),
    sample("Cafeteira", 26_000, 21),
    sample("Liquidificador", 17_000, 26),
    sample("Batedeira", 31_000, 19),
    sample("Torradeira", 13_000, 33),
    sample("Micro-ondas", 69_000, 12),
    sample("Aspirador de Pó", 37_000, 15),
    sample("Ventilador", 16_000, 38),
    sample("Ar-Condicionado", 210_000, 5),
    sample("Ferro de Passar", 12_500, 27),
    sample("Garrafa Térmica", 6_550, 70),
    sample("Projetor", 220_000, 8),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_samples_can_be_told_apart_sold_and_charged() {
        let names: HashSet<_> = SAMPLE_PRODUCTS.iter().map(|sample| sample.name).collect();
        assert_eq!(names.len(), 46);
        assert!(SAMPLE_PRODUCTS.iter().all(|sample| sample.stock > 0 && sample.price.to_cents().is_ok()));
    }

    #[test]
    fn ids_are_the_same_for_ever() {
        let first = new_product((1, &SAMPLE_PRODUCTS[0]));
        assert_eq!(first.id.to_string(), "01JB3Q00000000000000000001");
        assert_eq!((first.name.as_str(), first.price.to_string()), ("Notebook", "4500.00".to_owned()));
    }
}
