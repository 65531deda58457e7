//! The deployed functions on the servers in memory, one after the other.

use std::sync::Arc;

use dispatch_retries::DispatchRetries;
use enqueue_payment::EnqueuePayment;
use gateway_domain::retry::RetryPolicy;
use gateway_edge::http::testing::TestRequest;
use gateway_edge::kafka::{RawRecord, run_batch};
use gateway_edge::schedule;
use gateway_edge::span::export::Exporter;
use gateway_memory::claims::MemoryClaims;
use gateway_memory::provider::Step;
use gateway_memory::shop::{PRODUCT, RESERVATION, Shop};
use gateway_wire::{AttemptRequested, RecordOrigin, topics};
use handle_dlq::HandleDlq;
use orchestrate_payment::OrchestratePayment;
use process_payment::ProcessPayment;
use schedule_retry::ScheduleRetry;
use serde_json::json;
use settle_payment::SettlePayment;

/// The servers, and who is told of spans at the end of each invocation.
pub struct City {
    pub shop: Shop,
    pub exporter: Arc<Exporter>,
}

impl City {
    /// `POST /payment` with these headers, by enqueue-payment.
    pub async fn pay(self, headers: &[(&str, &str)]) -> Self {
        let Self { shop: Shop { ledger, vault, provider, log, clock }, exporter } = self;
        let handler = EnqueuePayment { ledger, claims: MemoryClaims::beside(vault), log, clock };
        let body = json!({
            "produto": {
                "reserve_id": RESERVATION.to_string(), "product_id": PRODUCT.to_string(), "user_id": "ana",
                "price": 19.90, "quantity": 1, "total_price": 19.90,
            },
            "card": {
                "card_number": "4539620659922097", "card_exp_month": "12", "card_exp_year": 2030,
                "card_security_code": "123",
            },
        });
        let request = TestRequest::to("POST /payment").body(body);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let response = request.send(&handler).await;
        assert_eq!(response.status, 202, "{}", response.body);
        let EnqueuePayment { ledger, claims: MemoryClaims { vault, .. }, log, clock } = handler;
        Self { shop: Shop { ledger, vault, provider, log, clock }, exporter }.answered().await
    }

    pub async fn orchestrate(self) -> Self {
        let records = self.last(topics::ORDER_QUEUE);
        self.orchestrate_these(records).await
    }

    pub async fn orchestrate_these(self, records: Vec<RawRecord>) -> Self {
        let Self { shop: Shop { ledger, vault, provider, log, clock }, exporter } = self;
        let step = OrchestratePayment { ledger, vault, log, clock };
        let response = run_batch(&step, &step.log, &step.clock, records).await;
        assert_eq!(response.batch_item_failures, []);
        let OrchestratePayment { ledger, vault, log, clock } = step;
        Self { shop: Shop { ledger, vault, provider, log, clock }, exporter }.answered().await
    }

    /// process-payment, whose call of the PSP comes to this.
    pub async fn process(self, call: Step) -> Self {
        let records = self.last(topics::PROCESS_PURCHASES);
        let message: AttemptRequested = serde_json::from_slice(records[0].value.as_deref().unwrap()).unwrap();
        self.shop.provider.script(message.payment_id, [call]);
        let Self { shop: Shop { ledger, vault, provider, log, clock }, exporter } = self;
        let step = ProcessPayment { attempts: vault, provider, log, clock };
        let response = run_batch(&step, &step.log, &step.clock, records).await;
        assert_eq!(response.batch_item_failures, []);
        let ProcessPayment { attempts: vault, provider, log, clock } = step;
        Self { shop: Shop { ledger, vault, provider, log, clock }, exporter }.answered().await
    }

    /// schedule-retry, with so many retries left in all.
    pub async fn schedule(self, retries_max: u32) -> Self {
        let records = self.last(topics::PAYMENT_RETRY);
        let Self { shop: Shop { ledger, vault, provider, log, clock }, exporter } = self;
        let policy = RetryPolicy { retries_max, ..RetryPolicy::default() };
        let step = ScheduleRetry { ledger, policy, clock };
        let response = run_batch(&step, &log, &step.clock, records).await;
        assert_eq!(response.batch_item_failures, []);
        let ScheduleRetry { ledger, clock, .. } = step;
        Self { shop: Shop { ledger, vault, provider, log, clock }, exporter }.answered().await
    }

    pub async fn dispatch(self) -> Self {
        let Self { shop: Shop { ledger, vault, provider, log, clock }, exporter } = self;
        clock.advance_millis(60_000);
        let job = DispatchRetries { ledger, log, clock, stuck_after_ms: 600_000 };
        let report = schedule::run(&job).await.unwrap();
        assert_eq!((report.due, report.unacknowledged), (1, 0));
        let DispatchRetries { ledger, log, clock, .. } = job;
        Self { shop: Shop { ledger, vault, provider, log, clock }, exporter }.answered().await
    }

    pub async fn settle(self) -> Self {
        let records = self.last(topics::PURCHASES_PROCESSED);
        let Self { shop: Shop { ledger, vault, provider, log, clock }, exporter } = self;
        let step = SettlePayment { ledger, clock };
        let response = run_batch(&step, &log, &step.clock, records).await;
        assert_eq!(response.batch_item_failures, []);
        let SettlePayment { ledger, clock } = step;
        Self { shop: Shop { ledger, vault, provider, log, clock }, exporter }.answered().await
    }

    pub async fn handle_dlq(self) -> Self {
        let records = self.last(topics::PAYMENT_DLQ);
        let Self { shop: Shop { ledger, vault, provider, log, clock }, exporter } = self;
        let step = HandleDlq { ledger, vault, provider, clock, inquiry_grace_ms: 0 };
        let response = run_batch(&step, &log, &step.clock, records).await;
        assert_eq!(response.batch_item_failures, []);
        let HandleDlq { ledger, vault, provider, clock, .. } = step;
        Self { shop: Shop { ledger, vault, provider, log, clock }, exporter }.answered().await
    }

    /// The last record of a topic, as Lambda would hand it over.
    fn last(&self, topic: &'static str) -> Vec<RawRecord> {
        let logged = self.shop.log.records(topic).pop().expect(topic);
        let headers = logged.record.headers.into_iter();
        vec![RawRecord {
            origin: RecordOrigin {
                topic: topic.to_owned(),
                partition: logged.at.partition,
                offset: logged.at.offset,
            },
            timestamp_ms: 0,
            key: Some(logged.record.key.into_bytes()),
            value: Some(logged.record.value),
            headers: headers.map(|(name, value)| (name, value.into_bytes())).collect(),
        }]
    }

    /// What has ended is handed over before Lambda is answered.
    async fn answered(self) -> Self {
        self.exporter.flush().await;
        self
    }
}
