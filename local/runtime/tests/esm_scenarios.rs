//! Plays every scenario of `scenarios/` on the engine: no broker, no function, no clock.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "scenarios/stage.rs"]
mod stage;
#[path = "scenarios/words.rs"]
mod words;

use std::path::{Path, PathBuf};

use esm_local::template::{Addresses, Settings, Template, read_document};
use serde_json::{Value, json};
use stage::Stage;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");

#[test]
fn every_scenario_goes_as_it_says() {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    assert!(!files.is_empty());
    let failures: Vec<String> = files.iter().flat_map(|file| failures(file)).collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn failures(file: &Path) -> Vec<String> {
    let document = read_document(file).unwrap();
    let scenarios = document["scenarios"].as_array().expect("scenarios").clone();
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    let failed = scenarios.iter().filter_map(|scenario| {
        let shows = scenario["shows"].as_str().expect("shows");
        play(scenario).err().map(|fault| format!("{name}: {shows}\n    {fault}"))
    });
    failed.collect()
}

fn play(scenario: &Value) -> Result<(), String> {
    let mut stage = Stage::new(&mapping(&scenario["mapping"])?);
    for (index, step) in scenario["steps"].as_array().expect("steps").iter().enumerate() {
        stage.step(step).map_err(|fault| format!("step {}, {step}: {fault}", index + 1))?;
    }
    stage.end()
}

/// The mapping as the template's reader understands its properties.
fn mapping(properties: &Value) -> Result<esm_local::esm::config::MappingConfig, String> {
    let mut all = json!({
        "Stream": "arn:aws:kafka:us-east-1:123456789012:cluster/shop/1",
        "Topics": ["orders"],
        "StartingPosition": "TRIM_HORIZON",
        "MaximumBatchingWindowInSeconds": 0,
    });
    if let (Some(all), Some(own)) = (all.as_object_mut(), properties.as_object()) {
        all.extend(own.clone());
    }
    let function = json!({"Events": {"Orders": {"Type": "MSK", "Properties": all}}});
    let template =
        json!({"Resources": {"Pay": {"Type": "AWS::Serverless::Function", "Properties": function}}});
    let file = tempfile(&template);
    let mut settings = Settings::default();
    let at = |address: &str| Some(Addresses::All(address.to_owned()));
    settings.runtime.bootstrap_servers = at("127.0.0.1:9092");
    settings.runtime.destinations = at("failed");
    let application = Template::read(&file, settings).and_then(|template| template.application());
    drop(std::fs::remove_file(file));
    Ok(application.map_err(|error| error.to_string())?.mappings.remove(0))
}

fn tempfile(template: &Value) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("scenario-{}.json", std::process::id()));
    std::fs::write(&file, template.to_string()).unwrap();
    file
}
