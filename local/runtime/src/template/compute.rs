//! `CapacityProviderConfig` of a function: whether it is on Lambda Managed Instances.

use std::num::NonZero;

use super::error::Fault;
use super::model::Compute;
use super::properties::Properties;

/// The most that AWS takes for `PerExecutionEnvironmentMaxConcurrency`.
const CALLS_MAX: i64 = 1_600;
/// AWS's default calls at once for each processor, by the beginning of `Runtime`.
const CALLS_PER_PROCESSOR: [(&str, usize); 4] =
    [("nodejs", 64), ("java", 32), ("dotnet", 32), ("python", 16)];
/// The same for all others, Rust among them.
const CALLS_PER_PROCESSOR_ELSE: usize = 8;
/// AWS's default `ExecutionEnvironmentMemoryGiBPerVCpu`.
const GIB_PER_PROCESSOR_DEFAULT: u32 = 2;

/// Reads where a function's environments are, from SAM's properties or from CloudFormation's.
pub(super) fn read(properties: &Properties<'_>, memory_size_mib: u32) -> Compute {
    let config = properties.section("CapacityProviderConfig");
    let of_cloudformation = config.section("LambdaManagedInstancesCapacityProviderConfig");
    let (config, arn) = if is_given(&of_cloudformation) {
        (of_cloudformation, "CapacityProviderArn")
    } else {
        (config, "Arn")
    };
    if !is_given(&config) {
        return Compute::OnDemand;
    }
    config.required_text(arn);
    let calls_max = config.number("PerExecutionEnvironmentMaxConcurrency", 1..=CALLS_MAX);
    let processors = memory_size_mib / (gib_per_processor(&config) * 1_024);
    let runtime = properties.text("Runtime").unwrap_or_default();
    let of_runtime = CALLS_PER_PROCESSOR.iter().find(|(language, _)| runtime.starts_with(language));
    let each = of_runtime.map_or(CALLS_PER_PROCESSOR_ELSE, |(_, calls)| *calls);
    let by_default = || each * usize::try_from(processors.max(1)).unwrap_or(1);
    Compute::Instances {
        calls_max: calls_max.and_then(|calls| usize::try_from(calls).ok()).unwrap_or_else(by_default),
    }
}

/// How many environments there may be: AWS adds some while processors are busy, and this machine has so many.
pub(super) fn environments_max(properties: &Properties<'_>) -> usize {
    let scaling = properties.section("FunctionScalingConfig");
    let declared = scaling.number("MaxExecutionEnvironments", 0..=i64::from(u32::MAX));
    let declared = declared.and_then(|environments| usize::try_from(environments).ok());
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    declared.map_or(processors, |declared| declared.min(processors))
}

fn gib_per_processor(config: &Properties<'_>) -> u32 {
    const NAME: &str = "ExecutionEnvironmentMemoryGiBPerVCpu";
    let Some(text) = config.text(NAME) else { return GIB_PER_PROCESSOR_DEFAULT };
    match text.strip_suffix(".0").unwrap_or(&text) {
        "2" => 2,
        "4" => 4,
        "8" => 8,
        _ => {
            let message = format!("2, 4 or 8 is wanted here, not {text}");
            config.fault(NAME, Fault::at(config.node.line, message));
            GIB_PER_PROCESSOR_DEFAULT
        }
    }
}

fn is_given(section: &Properties<'_>) -> bool {
    section.node.entries().next().is_some()
}

#[cfg(test)]
mod tests {
    use super::super::model::Function;
    use super::super::tests::template;
    use super::*;

    const GIVEN: &str =
        "Runtime: { Niceness: 10, BackgroundNiceness: 19, InstancesNiceness: 3, Environments: 12 }";
    /// What makes it a function that somebody waits for.
    const ROUTE: &str = "Events: { Pay: { Type: HttpApi, Properties: { Method: POST, Path: /payment } } }";

    fn read(properties: &str) -> Result<Function, String> {
        let text = format!(
            "Conditions: {{ On: !Equals [a, a], Off: !Equals [a, b] }}\n\
             Resources:\n  \
               Capacity: {{ Type: 'AWS::Serverless::CapacityProvider', Properties: {{ CapacityProviderName: fleet }} }}\n  \
               Pay: {{ Type: 'AWS::Serverless::Function', Properties: {{ {properties} }} }}\n"
        );
        let application = template(&text, GIVEN).application().map_err(|error| error.to_string())?;
        Ok(application.functions[0].clone())
    }

    #[test]
    fn sams_and_cloudformations_properties_say_how_many_calls_an_environment_takes() {
        let of_instances = |calls_max| Compute::Instances { calls_max };
        for (properties, expected) in [
            (
                "CapacityProviderConfig: { Arn: 'arn:x', PerExecutionEnvironmentMaxConcurrency: 16 }",
                of_instances(16),
            ),
            (
                "CapacityProviderConfig: { Arn: !GetAtt Capacity.Arn, PerExecutionEnvironmentMaxConcurrency: '16' }",
                of_instances(16),
            ),
            (
                "CapacityProviderConfig: { LambdaManagedInstancesCapacityProviderConfig: { CapacityProviderArn: 'arn:x', PerExecutionEnvironmentMaxConcurrency: 7 } }",
                of_instances(7),
            ),
            (
                "CapacityProviderConfig: !If [On, { Arn: 'arn:x', PerExecutionEnvironmentMaxConcurrency: 5 }, !Ref AWS::NoValue]",
                of_instances(5),
            ),
            ("CapacityProviderConfig: !If [Off, { Arn: 'arn:x' }, !Ref AWS::NoValue]", Compute::OnDemand),
            ("MemorySize: 2048", Compute::OnDemand),
            // Two processors of 2 GiB each; one of 4 GiB.
            (
                "MemorySize: 4096, Runtime: provided.al2023, CapacityProviderConfig: { Arn: 'arn:x' }",
                of_instances(16),
            ),
            (
                "MemorySize: 4096, Runtime: nodejs24.x, CapacityProviderConfig: { Arn: 'arn:x', ExecutionEnvironmentMemoryGiBPerVCpu: 4.0 }",
                of_instances(64),
            ),
        ] {
            assert_eq!(read(properties).unwrap().compute, expected, "{properties}");
        }
    }

    #[test]
    fn slips_are_told() {
        for (properties, expected) in [
            (
                "CapacityProviderConfig: { PerExecutionEnvironmentMaxConcurrency: 5 }",
                "CapacityProviderConfig.Arn: is missing",
            ),
            (
                "CapacityProviderConfig: { Arn: 'arn:x', PerExecutionEnvironmentMaxConcurrency: 1601 }",
                "a whole number from 1 to 1600 is wanted here",
            ),
            (
                "CapacityProviderConfig: { Arn: 'arn:x', ExecutionEnvironmentMemoryGiBPerVCpu: 3.0 }",
                "2, 4 or 8 is wanted here, not 3.0",
            ),
        ] {
            let error = read(properties).unwrap_err();
            assert!(error.contains(expected), "{properties}: {error}");
        }
    }

    #[test]
    fn environments_are_as_many_as_processors_and_no_more_than_declared() {
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        let instances = "CapacityProviderConfig: { Arn: 'arn:x' }";
        for (properties, environments, niceness) in [
            (ROUTE.to_owned(), 12, 10),
            (format!("{instances}, {ROUTE}"), processors, 3),
            (instances.to_owned(), processors, 19),
            (format!("{instances}, FunctionScalingConfig: {{ MaxExecutionEnvironments: 1 }}"), 1, 19),
        ] {
            let function = read(&properties).unwrap();
            assert_eq!(
                (function.environments_max, function.niceness),
                (environments, niceness),
                "{properties}"
            );
        }
    }
}
