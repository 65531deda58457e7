//! Kafka's producer.

use gateway_ports::PortError;
use gateway_ports::log::{Delivered, MessageLog, OutgoingRecord};

use crate::chance::{Fault, Lot};
use crate::env::Port;
use crate::planted::Planted;

const FAULTS: [Fault; 7] = [
    Fault::CrashBefore,
    Fault::CrashAfter,
    Fault::LateEffect,
    Fault::FailBefore,
    Fault::FailAfter,
    Fault::StallBefore,
    Fault::StallAfter,
];

impl MessageLog for Port {
    async fn produce(&self, records: Vec<OutgoingRecord>) -> Vec<Result<Delivered, PortError>> {
        let env = &self.0;
        let lot = env.world.draw(env.actor, "produce");
        let fault = env.world.fault(&lot, &FAULTS);
        if fault == Some(Fault::LateEffect) {
            self.die_producing(&lot, records).await;
            return Vec::new();
        }
        let count = records.len();
        if let Err(error) = env.before(&lot, fault, "produce").await {
            return failed(count, &error);
        }
        let answers = if env.world.has(Planted::AckBeforeProduce) {
            self.produce_later(&lot, records)
        } else {
            env.world.append(env.actor, records)
        };
        match env.after(&lot, fault, "produce").await {
            Ok(()) => answers,
            Err(error) => failed(count, &error),
        }
    }
}

impl Port {
    /// The process dies while its first records are on the wire; the broker takes them a little later.
    async fn die_producing(&self, lot: &Lot, mut records: Vec<OutgoingRecord>) {
        let env = &self.0;
        records.truncate(lot.below(records.len() as u64 + 1, 40) as usize);
        let (world, actor, delay_ms) = (env.world.clone(), env.actor, lot.millis(1, 5_000, 41));
        env.world.runtime.spawn(async move {
            world.sleep(delay_ms).await;
            world.append(actor, records);
        });
        env.crash().await;
    }

    /// A planted bug: success is told at once, and what was only buffered is lost now and then.
    fn produce_later(&self, lot: &Lot, records: Vec<OutgoingRecord>) -> Vec<Result<Delivered, PortError>> {
        let answers = records.iter().map(|_| Ok(Delivered { partition: 0, offset: 0 })).collect();
        if !lot.happens(50, 42) {
            self.0.world.append(self.0.actor, records);
        }
        answers
    }
}

fn failed(count: usize, error: &PortError) -> Vec<Result<Delivered, PortError>> {
    (0..count).map(|_| Err(PortError::transient(error.message.clone()))).collect()
}
