//! Starting what was packed as Lambda would: the zip is unpacked, its `bootstrap` handles a sample event under the
//! local runtime. Only zips are looked at, nothing of what they were made of.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::arch::Arch;
use super::emulate;
use crate::failure::{Doing, Failure, Outcome};
use crate::probe::{Request, send_within};
use crate::stack::Stack;
use crate::system::{self, Signal};
use crate::{app, place, say, settings};

/// Functions with sample events that need no server, and what is to be found in their answers: the smallest one
/// there is, and one with every adapter in C. That one reaches neither ledger nor brokers and must say so of its
/// record, rather than die.
const SAMPLES: [(&str, &str); 2] =
    [("describe-api", "openapi"), ("orchestrate-payment", "batchItemFailures")];
/// Nobody listens there.
const NOWHERE: &str = "127.0.0.1:9";
/// How long the runtime may take to be ready, and a function to answer: emulated, it takes its time.
const READY_WITHIN: Duration = Duration::from_secs(60);
const ANSWER_WITHIN: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Starts the samples among these functions.
///
/// # Errors
/// One cannot be unpacked, does not start, or answers with something else; where every check is required, nothing here
/// runs its processor's programs.
pub fn check(stack: &Stack, arch: Arch, functions: &[String]) -> Outcome {
    let samples: Vec<_> =
        SAMPLES.iter().filter(|(name, _)| functions.iter().any(|function| function == name)).collect();
    if samples.is_empty() {
        let named = SAMPLES.map(|(name, _)| name).join(" or ");
        return Err(Failure::new("nothing to check").remedy(format!("pack {named} too")));
    }
    let emulator = match emulate::emulator(stack, arch) {
        Err(why) if !settings::checks_are_required() => {
            say::progress("package", format!("NOT CHECKED: what was packed for {}: {why}", arch.name()));
            return Ok(());
        }
        other => other?,
    };
    let folder = stack.place.state.join("package-check").join(arch.name());
    place::remove_folder(&folder)?;
    for (name, _) in &samples {
        unpack(stack, &super::folder(stack, arch).join(format!("{name}.zip")), &folder.join(name))?;
    }
    let names: Vec<&str> = samples.iter().map(|(name, _)| *name).collect();
    place::write(&folder.join("template.json"), &template(&names, arch).to_string())?;
    place::write(&folder.join("parameters.json"), &parameters(&names, &emulator, &folder).to_string())?;
    let runtime = Runtime::start(stack, &folder)?;
    for (name, expected) in samples {
        invoke(stack, &runtime, name, expected)?;
    }
    Ok(())
}

fn unpack(stack: &Stack, zip: &Path, folder: &Path) -> Outcome {
    let mut packager = app::command(stack, "packager")?;
    packager.arg("unpack").arg(zip).arg(folder);
    let status = packager.status().doing(|| "run packager".to_owned())?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{} cannot be unpacked", zip.display()))) }
}

/// The functions alone, without what would call them.
fn template(names: &[&str], arch: Arch) -> Value {
    let resources: serde_json::Map<_, _> = names
        .iter()
        .map(|name| {
            let properties = json!({
                "FunctionName": name, "CodeUri": name, "Handler": "bootstrap", "Runtime": "provided.al2023",
                "Architectures": [arch.name()], "Timeout": 60,
            });
            (logical_id(name), json!({ "Type": "AWS::Serverless::Function", "Properties": properties }))
        })
        .collect();
    json!({ "Transform": "AWS::Serverless-2016-10-31", "Resources": resources })
}

fn logical_id(name: &str) -> String {
    name.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

/// How they are started, and servers that are not there.
fn parameters(names: &[&str], emulator: &[String], folder: &Path) -> Value {
    let functions: serde_json::Map<_, _> = names
        .iter()
        .map(|name| {
            let bootstrap = folder.join(name).join("bootstrap").display().to_string();
            let command = [emulator, &[bootstrap]].concat();
            (logical_id(name), json!({ "Command": command, "Environments": 1 }))
        })
        .collect();
    json!({
        "Functions": functions,
        "Environment": {
            "AUTHORIZATION": "none",
            "DATABASE_URL": format!("mysql://gateway:gateway@{NOWHERE}/gateway"),
            "KAFKA_BOOTSTRAP_SERVERS": NOWHERE,
            // As on AWS: without OpenSSL or its token mechanism inside, librdkafka refuses to start.
            "KAFKA_SECURITY": "msk-iam",
            "AWS_ENDPOINT_URL_DYNAMODB": format!("http://{NOWHERE}"),
            "AWS_REGION": "sa-east-1", "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none",
            "GATEWAY_PAYMENTS_TABLE": "payments",
        },
    })
}

fn invoke(stack: &Stack, runtime: &Runtime, name: &str, expected: &str) -> Outcome {
    let event = place::read(&stack.place.root.join(format!("events/{name}.json")))?;
    let path = format!("/2015-03-31/functions/{name}/invocations");
    let request = Request { method: "POST", path, headers: vec![], body: event.into() };
    let asked = Instant::now();
    let answer =
        send_within(runtime.port, &request, ANSWER_WITHIN).doing(|| format!("invoke the packed {name}"))?;
    if answer.status != 200 || !answer.body.contains(expected) {
        let start: String = answer.body.chars().take(400).collect();
        return Err(Failure::new(format!(
            "the packed {name} answers with HTTP {} and no {expected}: {start}",
            answer.status
        ))
        .log(&stack.place.log("package-check")));
    }
    let took = say::duration(asked.elapsed());
    say::progress("package", format!("{name}: starts and answers as packed, in {took}"));
    Ok(())
}

/// The local runtime with the packed functions; ends with this value.
struct Runtime {
    child: Child,
    port: u16,
}

impl Runtime {
    fn start(stack: &Stack, folder: &Path) -> Outcome<Self> {
        let ready = folder.join("ready.json");
        let mut command = app::command(stack, "esm-local")?;
        command.arg("run").arg("--template").arg(folder.join("template.json"));
        command.arg("--parameters").arg(folder.join("parameters.json"));
        command.args(["--http", "127.0.0.1:0", "--invoke", "127.0.0.1:0", "--ready-file"]).arg(&ready);
        let child = into_log(&mut command, &stack.place.log("package-check"))?;
        let mut runtime = Self { child, port: 0 };
        let started = Instant::now();
        while started.elapsed() < READY_WITHIN && runtime.is_running() {
            if let Some(port) = invoke_port(&ready) {
                runtime.port = port;
                return Ok(runtime);
            }
            std::thread::sleep(LOOK_EVERY);
        }
        Err(Failure::new("the local runtime does not start").log(&stack.place.log("package-check")))
    }

    fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        // It ends its functions before itself.
        if system::send(self.child.id(), Signal::Terminate).is_ok() {
            let _ = self.child.wait();
        }
    }
}

fn into_log(command: &mut Command, log: &PathBuf) -> Outcome<Child> {
    place::write(log, "")?;
    let file = std::fs::File::create(log).doing(|| format!("write {}", log.display()))?;
    let errors = file.try_clone().doing(|| "share a log".to_owned())?;
    command.stdout(file).stderr(errors).spawn().doing(|| "run esm-local".to_owned())
}

/// The port of the Invoke API, once the runtime has said it.
fn invoke_port(ready: &Path) -> Option<u16> {
    let said: Value = serde_json::from_str(&std::fs::read_to_string(ready).ok()?).ok()?;
    said["invoke"].as_str()?.rsplit(':').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_function_is_started_by_its_bootstrap_alone() {
        let template = template(&["describe-api"], Arch::Arm64);
        let function = &template["Resources"]["DescribeApi"]["Properties"];
        assert_eq!(
            (&function["Handler"], &function["Architectures"][0]),
            (&json!("bootstrap"), &json!("arm64"))
        );
        let emulator = ["qemu".to_owned()];
        let parameters = parameters(&["describe-api"], &emulator, Path::new("/check"));
        assert_eq!(
            parameters["Functions"]["DescribeApi"]["Command"],
            json!(["qemu", "/check/describe-api/bootstrap"])
        );
    }
}
