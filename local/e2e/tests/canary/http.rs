//! What the parts of the stack tell over HTTP.

use harness::Endpoints;

use crate::sweep::Sweep;

pub async fn look(sweep: &mut Sweep<'_>, endpoints: &Endpoints) {
    let http = reqwest::Client::new();
    for (kind, base, paths) in [
        ("metrics", &endpoints.runtime, ["/_runtime/metrics", "/_runtime/mappings", "/_runtime/health"]),
        // What a PSP knows is the PSP's, and yet a simulator need not keep numbers.
        (
            "other answers",
            &endpoints.psp,
            ["/_simulator/charges?limit=100000", "/_simulator/summary", "/_simulator/health"],
        ),
        (
            "other answers",
            &endpoints.connect,
            ["/connectors?expand=info&expand=status", "/", "/connector-plugins"],
        ),
    ] {
        for path in paths {
            let answer = http.get(format!("{base}{path}")).send().await.unwrap();
            let text = answer.error_for_status().unwrap().text().await.unwrap();
            sweep.look(kind, path, text.as_bytes());
        }
    }
}
