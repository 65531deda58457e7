//! Nested applications: `AWS::Serverless::Application` and `AWS::CloudFormation::Stack` whose template is a
//! file beside this one.
//!
//! What a nested template names itself has the resource's logical id and `-` before it here (`Shop-Orders`),
//! in the parameters file too; CloudFormation would make up such names.

use std::cell::RefCell;
use std::path::Path;

use serde_json::Value;

use super::attributes::{kind_of, only_aws_knows};
use super::document::Node;
use super::error::Fault;
use super::model::Application;
use super::resolver::Resolver;
use super::settings::{Settings, text_of};
use super::{Reader, Template};

/// Templates nest this deep at most: past it one of them is taken to hold itself.
const DEPTH_MAX: usize = 8;

impl Reader<'_> {
    /// Takes in what a nested template holds; one that is not on this machine is left aside.
    pub(super) fn nested(&self, logical_id: &str, node: &Node, application: &mut Application) {
        match self.resolver.nested(logical_id, node) {
            Ok(Some(child)) => self.faults.borrow_mut().extend(child.read_into(application)),
            Ok(None) => {
                let line = format!(
                    "{} ({}, whose template is no file here)",
                    self.template.scope.full(logical_id),
                    kind_of(node)
                );
                application.ignored.push(line);
            }
            Err(fault) => self.faults.borrow_mut().push(fault.within(logical_id).within("Resources")),
        }
    }
}

impl Template {
    /// Adds everything this machine can run to an application; returns what is in the way.
    fn read_into(&self, application: &mut Application) -> Vec<Fault> {
        let faults = RefCell::new(Vec::new());
        match Resolver::of(self) {
            Ok(resolver) => {
                Reader { template: self, resolver: &resolver, faults: &faults }.read_into(application)
            }
            Err(unknown) => faults.borrow_mut().extend(unknown),
        }
        faults.into_inner().into_iter().map(|fault| fault.in_file(&self.file)).collect()
    }
}

impl Resolver<'_> {
    /// The template of a nested application with the parameters it is given; `None` if it is no file here.
    fn nested(&self, logical_id: &str, node: &Node) -> Result<Option<Template>, Fault> {
        let properties = self.settled(node.section("Properties"));
        let location = properties.get(location_of(kind_of(node)));
        let Some(location) = location.and_then(Node::as_str).filter(|location| !location.contains("://"))
        else {
            return Ok(None);
        };
        if self.scope.depth >= DEPTH_MAX {
            return Err(Fault::at(node.line, format!("{location} is nested too deep: does it hold itself?")));
        }
        let folder = self.scope.file.parent().unwrap_or_else(|| Path::new("."));
        let file = folder.join(location);
        if !file.is_file() {
            let message =
                format!("{} is no file: the path is taken from the template's folder", file.display());
            return Err(Fault::at(node.line, message).within("Properties"));
        }
        let settings = self.settings_of(logical_id, &properties)?;
        let scope = self.scope.within(logical_id, &file);
        Template::read_scoped(&file, settings, scope).map(Some).map_err(|error| {
            let fault = error.faults.into_iter().next();
            fault.unwrap_or_else(|| Fault::at(0, "cannot be read")).in_file(&file)
        })
    }

    /// The parameters file goes for nested templates as well, but for the parameters.
    fn settings_of(&self, logical_id: &str, properties: &Node) -> Result<Settings, Fault> {
        let mut settings = self.settings.clone();
        settings.deployed.clear();
        settings.parameters.retain(|name, _| name.starts_with("AWS::"));
        let stack = format!("{}-{logical_id}", self.pseudo_text("AWS::StackName"));
        settings.parameters.insert("AWS::StackName".into(), stack.into());
        for (name, node) in properties.section("Parameters").entries() {
            let path = |fault: Fault| fault.within(name).within("Parameters").within("Properties");
            if let Some(value) = self.value(node).map_err(path)? {
                settings.parameters.insert(name.to_owned(), handed_on(value));
            }
        }
        Ok(settings)
    }

    /// `Outputs.X` of a nested application.
    pub(super) fn output(&self, logical_id: &str, node: &Node, output: &str) -> Result<Value, Fault> {
        let unknown = || only_aws_knows(&format!("{logical_id}.Outputs.{output}"));
        self.guarded(node.line, |this| {
            let child = this.nested(logical_id, node)?.ok_or_else(unknown)?;
            let resolver = Resolver::of(&child).map_err(|faults| {
                let fault = faults.into_iter().next().unwrap_or_else(unknown);
                fault.in_file(&child.file)
            })?;
            let declared = child.root.section("Outputs").section(output);
            let value = declared
                .get("Value")
                .ok_or_else(|| Fault::at(0, format!("{} has no output {output}", child.file.display())))?;
            let value = resolver.value(value);
            let value = value.map_err(|fault| fault.within(output).within("Outputs").in_file(&child.file))?;
            value.ok_or_else(unknown)
        })
    }
}

/// The property that says where the template is.
fn location_of(kind: &str) -> &'static str {
    if kind == "AWS::Serverless::Application" { "Location" } else { "TemplateURL" }
}

/// Whether a resource is a template of its own.
pub(super) fn is_nested(kind: &str) -> bool {
    matches!(kind, "AWS::Serverless::Application" | "AWS::CloudFormation::Stack")
}

/// CloudFormation hands on texts only: a list is joined, and split again by the parameter's type.
fn handed_on(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::from(items.iter().filter_map(text_of).collect::<Vec<_>>().join(",")),
        other => other,
    }
}
