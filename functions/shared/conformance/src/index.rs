//! What every adapter of the index ports does.
//!
//! `gateway_conformance::index_suite!(fresh)` makes a test of each case, with an empty index of its own.
#![expect(clippy::expect_used, reason = "a case fails by panicking")]

use gateway_domain::{Money, Product, ProductId};
use gateway_ports::index::{IndexChange, IndexOutcome, PageError, SearchProducts, WriteIndex};

/// An empty index for one case.
pub struct Fresh<I, R, D> {
    /// The index.
    pub index: I,
    /// Makes what was written visible to searches.
    pub refresh: R,
    /// Throws the index away after a case that passed; what a failed one left is evidence.
    pub discard: D,
}

/// Both index ports.
pub trait Index: WriteIndex + SearchProducts {}

impl<I: WriteIndex + SearchProducts> Index for I {}

/// A test of each case. `fresh` is an `async fn() -> Fresh<..>`; needs `tokio`.
#[macro_export]
macro_rules! index_suite {
    ($fresh:path) => {
        $crate::index_suite!(@cases $fresh,
            a_product_that_is_put_is_found,
            an_older_version_never_overwrites_a_newer_one,
            a_repeated_change_is_finished_again,
            a_deletion_arrives_and_nothing_older_brings_the_product_back,
            changes_of_one_batch_take_effect_in_order_and_are_answered_one_by_one,
            names_are_found_by_any_part_whatever_case_and_accents,
            metacharacters_are_text,
            pages_visit_everything_once_in_order,
            a_cursor_of_another_search_is_refused,
        );
    };
    (@cases $fresh:path, $($case:ident),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $case() {
                let fresh = $fresh().await;
                $crate::index::$case(&fresh.index, &fresh.refresh).await;
                (fresh.discard)(fresh.index).await;
            }
        )*
    };
}

fn product(id: u128, name: &str, version: u64) -> Product {
    let price = Money::from_units(45_000_000);
    Product { id: ProductId::from_u128(id), name: name.to_owned(), price, available: 10, version }
}

fn put(id: u128, name: &str, version: u64) -> IndexChange {
    IndexChange::Put(product(id, name, version))
}

fn delete(id: u128, version: u64) -> IndexChange {
    IndexChange::Delete { id: ProductId::from_u128(id), version }
}

async fn apply(index: &impl Index, changes: &[IndexChange]) -> Vec<IndexOutcome> {
    index.apply(changes).await.expect("the index can be written")
}

async fn by_id(index: &impl Index, id: u128) -> Option<Product> {
    index.find_by_id(ProductId::from_u128(id)).await.expect("the index can be read")
}

async fn names_of_all(index: &impl Index) -> Vec<String> {
    let page = index.find_all(100, None).await.expect("the index can be searched");
    page.products.into_iter().map(|product| product.name).collect()
}

async fn names_with(index: &impl Index, text: &str) -> Vec<String> {
    let page = index.find_by_name(text, 100, None).await.expect("the index can be searched");
    page.products.into_iter().map(|product| product.name).collect()
}

/// By id and in a page, with every digit of its price; what is not there is not found.
pub async fn a_product_that_is_put_is_found<I: Index>(index: &I, refresh: &impl AsyncFn(&I)) {
    assert_eq!(apply(index, &[]).await, []);
    for (id, units) in [(1, 1), (2, 45_000_000), (3, i64::MAX)] {
        let product = Product { price: Money::from_units(units), ..product(id, "Notebook", 1) };
        assert_eq!(apply(index, &[IndexChange::Put(product.clone())]).await, [IndexOutcome::Applied]);
        assert_eq!(by_id(index, id).await, Some(product.clone()));
        refresh(index).await;
        let page = index.find_all(100, None).await.expect("the index can be searched");
        assert!(page.products.contains(&product) && page.next.is_none());
    }
    assert_eq!(by_id(index, 9).await, None);
}

/// However late the older one comes.
pub async fn an_older_version_never_overwrites_a_newer_one<I: Index>(index: &I, refresh: &impl AsyncFn(&I)) {
    apply(index, &[put(1, "new", 7)]).await;
    assert_eq!(apply(index, &[put(1, "old", 6)]).await, [IndexOutcome::Superseded]);
    refresh(index).await;
    assert_eq!(names_of_all(index).await, ["new"]);
}

/// And leaves one product, not two.
pub async fn a_repeated_change_is_finished_again<I: Index>(index: &I, refresh: &impl AsyncFn(&I)) {
    for change in [put(1, "Mouse", 3), delete(2, 4)] {
        for _ in 0..2 {
            let outcome = apply(index, std::slice::from_ref(&change)).await.remove(0);
            assert!(matches!(outcome, IndexOutcome::Applied | IndexOutcome::Superseded), "{outcome:?}");
        }
    }
    refresh(index).await;
    assert_eq!(names_of_all(index).await, ["Mouse"]);
}

/// Until a newer version does.
pub async fn a_deletion_arrives_and_nothing_older_brings_the_product_back<I: Index>(
    index: &I,
    refresh: &impl AsyncFn(&I),
) {
    apply(index, &[put(1, "Mouse", 1)]).await;
    assert_eq!(apply(index, &[delete(1, 2)]).await, [IndexOutcome::Applied]);
    assert_eq!(apply(index, &[put(1, "Mouse", 1)]).await, [IndexOutcome::Superseded]);
    refresh(index).await;
    assert_eq!(by_id(index, 1).await, None);
    assert_eq!(names_of_all(index).await, [""; 0]);
    assert_eq!(names_with(index, "mouse").await, [""; 0]);

    apply(index, &[put(1, "Mouse again", 3)]).await;
    refresh(index).await;
    assert_eq!(names_with(index, "mouse").await, ["Mouse again"]);
}

/// The second of two changes of one product wins, and a stale third is told apart from them.
pub async fn changes_of_one_batch_take_effect_in_order_and_are_answered_one_by_one<I: Index>(
    index: &I,
    refresh: &impl AsyncFn(&I),
) {
    let batch = [put(1, "first", 1), put(2, "other", 1), put(1, "second", 2), put(1, "stale", 1)];
    let outcomes = apply(index, &batch).await;
    assert_eq!(outcomes[..3], [IndexOutcome::Applied, IndexOutcome::Applied, IndexOutcome::Applied]);
    assert_eq!(outcomes[3], IndexOutcome::Superseded);
    refresh(index).await;
    assert_eq!(names_of_all(index).await, ["other", "second"]);
}

/// A substring is enough.
pub async fn names_are_found_by_any_part_whatever_case_and_accents<I: Index>(
    index: &I,
    refresh: &impl AsyncFn(&I),
) {
    const CAMERA: &str = "Câmera Fotográfica";
    const CHAIR: &str = "Cadeira de Escritório";
    const MOUSE: &str = "Mouse sem Fio";
    apply(index, &[put(1, CAMERA, 1), put(2, CHAIR, 1), put(3, MOUSE, 1)]).await;
    refresh(index).await;
    let rows: [(&str, &[&str]); 9] = [
        ("camera", &[CAMERA]),
        ("CÂMERA", &[CAMERA]),
        ("fotogra", &[CAMERA]),
        ("ESCRITÓRIO", &[CHAIR]),
        ("escrito\u{301}rio", &[CHAIR]),
        ("ra de es", &[CHAIR]),
        ("ra", &[CHAIR, CAMERA]),
        ("o", &[CHAIR, CAMERA, MOUSE]),
        ("teclado", &[]),
    ];
    for (text, expected) in rows {
        assert_eq!(names_with(index, text).await, expected, "{text}");
    }
}

/// The user's text is looked for as it is: nothing in it is a query.
pub async fn metacharacters_are_text<I: Index>(index: &I, refresh: &impl AsyncFn(&I)) {
    let names = ["Cabo 50*2", "Cabo 50x2", "O que? Livro", r"Barra \ invertida", "Tela 15\" curva", "Outro"];
    let changes: Vec<_> = (1..).zip(names).map(|(id, name)| put(id, name, 1)).collect();
    apply(index, &changes).await;
    refresh(index).await;
    let rows: [(&str, &[&str]); 8] = [
        ("*", &["Cabo 50*2"]),
        ("50*2", &["Cabo 50*2"]),
        ("?", &["O que? Livro"]),
        ("??", &[]),
        (r"\", &[r"Barra \ invertida"]),
        (r"\*", &[]),
        ("\"", &["Tela 15\" curva"]),
        ("* OR name:*", &[]),
    ];
    for (text, expected) in rows {
        assert_eq!(names_with(index, text).await, expected, "{text}");
    }
}

/// Equal names too, by id; and the last page says that it is the last.
pub async fn pages_visit_everything_once_in_order<I: Index>(index: &I, refresh: &impl AsyncFn(&I)) {
    let names = ["Água", "açaí", "Zebra", "mesa", "Mesa"];
    let changes: Vec<_> = (0..23).map(|n| put(100 - n as u128, names[n % names.len()], 1)).collect();
    apply(index, &changes).await;
    refresh(index).await;
    let everything = index.find_all(100, None).await.expect("the index can be searched").products;
    assert_eq!(everything.len(), 23);
    for limit in [1, 4, 22, 23] {
        let mut visited = Vec::new();
        let mut cursor = None;
        loop {
            let page = index.find_all(limit, cursor.as_deref()).await.expect("the cursor is ours");
            assert!(!page.products.is_empty() && page.products.len() <= limit as usize);
            visited.extend(page.products);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(visited, everything, "{limit} a page");
    }
    let folded = everything.iter().map(|product| (gateway_ports::index::fold(&product.name), product.id));
    assert!(folded.is_sorted(), "by folded name and id");
}

/// As is any text that is no cursor.
pub async fn a_cursor_of_another_search_is_refused<I: Index>(index: &I, refresh: &impl AsyncFn(&I)) {
    apply(index, &[put(1, "mesa um", 1), put(2, "mesa dois", 1)]).await;
    refresh(index).await;
    let page = index.find_by_name("mesa", 1, None).await.expect("the index can be searched");
    let cursor = page.next.expect("there is a second page");
    assert!(index.find_by_name("MESA", 1, Some(&cursor)).await.is_ok(), "the same search");
    let refused = [
        index.find_all(1, Some(&cursor)).await,
        index.find_by_name("mes", 1, Some(&cursor)).await,
        index.find_all(1, Some("no cursor")).await,
        index.find_all(1, Some("")).await,
    ];
    for answer in refused {
        assert!(matches!(answer, Err(PageError::InvalidCursor)), "{answer:?}");
    }
}
