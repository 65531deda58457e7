//! What a runtime costs that has nothing to do.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

use super::topics::Topic;
use super::{Failure, Options, row};

const SETTLING: Duration = Duration::from_secs(10);
const WATCHED: Duration = Duration::from_secs(20);
/// Processor time is counted in these.
const TICKS_PER_SECOND: u64 = 100;

/// Mappings, each on a topic of so many partitions, and what they may cost.
struct Load {
    name: &'static str,
    mappings: usize,
    partitions: i32,
    processor: &'static str,
    memory: &'static str,
}

const LOADS: [Load; 2] = [
    Load { name: "20 mappings", mappings: 20, partitions: 4, processor: "1 % of a core", memory: "30 MB" },
    Load { name: "1,000 partitions", mappings: 1, partitions: 1_000, processor: "", memory: "" },
];

/// The program itself, with nothing in the topics.
pub async fn measure(options: &Options) -> Result<(), Failure> {
    for load in &LOADS {
        of(load, options).await?;
    }
    Ok(())
}

async fn of(load: &Load, options: &Options) -> Result<(), Failure> {
    let mut topics = Vec::new();
    for number in 0..load.mappings {
        topics.push(Topic::create(&options.bootstrap, &format!("idle{number}"), load.partitions).await?);
    }
    let folder = std::env::temp_dir().join(format!("esm-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let names: Vec<&str> = topics.iter().map(|topic| topic.name.as_str()).collect();
    std::fs::write(folder.join("template.json"), template(&options.bootstrap, &names))?;
    let mut child = start(&folder)?;
    let id = child.id().ok_or("the runtime has ended")?;
    tokio::time::sleep(SETTLING).await;
    let before = ticks(id)?;
    tokio::time::sleep(WATCHED).await;
    let (used, resident_kb) = (ticks(id)? - before, resident_kb(id)?);
    let permille = used * 1_000 / (WATCHED.as_secs() * TICKS_PER_SECOND);
    row(
        &format!("idle with {}, processor", load.name),
        &format!("{}.{} %", permille / 10, permille % 10),
        load.processor,
    );
    row(
        &format!("idle with {}, resident memory", load.name),
        &format!("{} MB", resident_kb / 1_024),
        load.memory,
    );
    child.kill().await?;
    std::fs::remove_dir_all(&folder)?;
    for topic in topics {
        topic.remove().await?;
    }
    Ok(())
}

fn template(bootstrap: &str, topics: &[&str]) -> String {
    let event = |topic: &str| {
        let properties = serde_json::json!({"KafkaBootstrapServers": [bootstrap], "Topics": [topic]});
        serde_json::json!({"Type": "SelfManagedKafka", "Properties": properties})
    };
    let events: serde_json::Map<_, _> =
        topics.iter().enumerate().map(|(number, topic)| (format!("Topic{number}"), event(topic))).collect();
    let function = serde_json::json!({"Type": "AWS::Serverless::Function", "Properties": {"Events": events}});
    serde_json::json!({"Resources": {"Noop": function}}).to_string()
}

fn start(folder: &Path) -> Result<Child, Failure> {
    let own = std::env::current_exe()?;
    let program = own.parent().ok_or("this program is in no folder")?.join("esm-local");
    let child = Command::new(program)
        .args(["run", "--http", "127.0.0.1:0", "--invoke", "127.0.0.1:0"])
        .args(["--template".as_ref(), folder.join("template.json").as_os_str()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    Ok(child)
}

fn ticks(process: u32) -> Result<u64, Failure> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let field = |index: usize| fields.get(index).and_then(|field| field.parse::<u64>().ok());
    Ok(field(11).zip(field(12)).map(|(user, system)| user + system).ok_or("/proc is not understood")?)
}

fn resident_kb(process: u32) -> Result<u64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.ok_or_else(|| "/proc is not understood".into())
}
