//! Every row of every table, all columns as text.

use harness::Endpoints;

use crate::sweep::Sweep;

pub async fn look(sweep: &mut Sweep<'_>, endpoints: &Endpoints) {
    let ledger = e2e::ledger::connect(endpoints).await;
    for (table, row) in e2e::ledger::every_row(&ledger).await {
        sweep.look("rows", &table, &row);
    }
}
