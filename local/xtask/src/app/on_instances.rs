//! The template of a stage whose functions for buyers are on Lambda Managed Instances.

use std::process::Command;

use super::runtime::TEMPLATE;
use crate::failure::{Doing, Failure, Outcome};
use crate::place;
use crate::stack::Stack;

/// What makes it of the template, as the deployment does.
pub const SCRIPT: &str = "infra/on-instances.sed";
/// The parameter that it has besides; this machine's processors stand for the instances.
const PARAMETERS: &str = "Parameters:
  CapacityProviderArn: arn:aws:lambda:us-east-1:000000000000:capacity-provider:local
";

/// Writes it, and adds it to the runtime's arguments.
///
/// # Errors
/// sed cannot be run, or refuses the script.
pub fn add<'a>(stack: &Stack, runtime: &'a mut Command) -> Outcome<&'a mut Command> {
    let mut sed = Command::new("sed");
    sed.current_dir(&stack.place.root).args(["-E", "-f", SCRIPT, TEMPLATE]);
    let made = sed.output().doing(|| "run sed".to_owned())?;
    if !made.status.success() {
        let said = String::from_utf8_lossy(&made.stderr).into_owned();
        return Err(Failure::new(format!("sed -f {SCRIPT} failed: {said}")));
    }
    // As deep below the workspace as the template, since it names files.
    let template = stack.place.state.join("on-instances.yaml");
    place::write(&template, &String::from_utf8_lossy(&made.stdout))?;
    let parameters = stack.place.state.join("on-instances-parameters.yaml");
    place::write(&parameters, PARAMETERS)?;
    Ok(runtime.arg("--template").arg(template).arg("--parameters").arg(parameters))
}
