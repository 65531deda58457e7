//! Reads a SAM template: parameters, conditions, intrinsic functions, and what of it
//! can run on one machine.
//!
//! It deliberately does not validate a template as CloudFormation would (`cfn-lint` and
//! `sam validate` do): it resolves what it needs and says what it leaves aside.

mod apis;
mod attributes;
mod conditions;
mod document;
mod error;
mod event_invoke;
mod functions;
mod intrinsics;
mod mappings;
mod model;
mod parameters;
mod plain;
mod properties;
mod resolver;
mod routes;
mod schedules;
mod secrets;
mod settings;
mod substitute;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

pub use error::{Fault, TemplateError};
pub use model::{
    Api, Application, Cors, EventInvoke, Function, JwtAuthorizer, Place, Resource, Route, Schedule,
    ScheduleService,
};
pub use secrets::{SecretFields, Secrets};
pub use settings::{
    Addresses, AuthorizerSetting, FunctionSettings, Off, RuntimeSettings, Settings, read_document,
};

use attributes::kind_of;
use document::Node;
use properties::{Properties, merged};
use resolver::Resolver;
use settings::text_of;

/// A template with the values that only a deployment would know.
#[derive(Debug, Clone)]
pub struct Template {
    file: PathBuf,
    root: Node,
    settings: Settings,
}

impl Template {
    /// Reads a template in YAML or JSON.
    pub fn read(file: &Path, settings: Settings) -> Result<Self, TemplateError> {
        let fault = |line, message: String| TemplateError::new(file, vec![Fault::at(line, message)]);
        let text =
            std::fs::read_to_string(file).map_err(|error| fault(0, format!("cannot be read: {error}")))?;
        let root = document::parse(&text).map_err(|(line, message)| fault(line, message))?;
        if root.get("Resources").is_none() {
            return Err(fault(0, "has no Resources: is it a CloudFormation template?".into()));
        }
        Ok(Self { file: file.to_owned(), root, settings })
    }

    /// The template as it is written, in its long form: an intrinsic function is a mapping of one key.
    pub fn document(&self) -> Value {
        self.root.to_value()
    }

    /// The settings it was read with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Everything this machine can run, or every fault that is in the way.
    pub fn application(&self) -> Result<Application, TemplateError> {
        let resolver = self.resolver()?;
        let faults = RefCell::new(Vec::new());
        let application = Reader { template: self, resolver: &resolver, faults: &faults }.application();
        match faults.into_inner() {
            none if none.is_empty() => Ok(application),
            faults => Err(TemplateError::new(&self.file, faults)),
        }
    }

    /// The template's own `Metadata`, resolved.
    pub fn metadata(&self) -> Result<Value, TemplateError> {
        let node = self.root.section("Metadata");
        let value = self.resolver()?.value(node).map_err(|fault| self.failed(fault.within("Metadata")))?;
        Ok(value.unwrap_or_default())
    }

    /// The resources of one type, such as `AWS::DynamoDB::Table`, with their properties resolved.
    pub fn resources(&self, kind: &str) -> Result<Vec<Resource>, TemplateError> {
        let resolver = self.resolver()?;
        let resources = self.root.section("Resources");
        let mut found = Vec::new();
        for (logical_id, node) in resources.entries().filter(|(_, node)| kind_of(node) == kind) {
            let resource = resource(&resolver, logical_id, node);
            found
                .extend(resource.map_err(|fault| self.failed(fault.within(logical_id).within("Resources")))?);
        }
        Ok(found)
    }

    fn resolver(&self) -> Result<Resolver<'_>, TemplateError> {
        Resolver::new(&self.root, &self.settings).map_err(|faults| TemplateError::new(&self.file, faults))
    }

    fn failed(&self, fault: Fault) -> TemplateError {
        TemplateError::new(&self.file, vec![fault])
    }
}

fn resource(resolver: &Resolver<'_>, logical_id: &str, node: &Node) -> Result<Option<Resource>, Fault> {
    if !resolver.is_made(node)? {
        return Ok(None);
    }
    let member = |name: &str| resolver.value(node.section(name)).map(Option::unwrap_or_default);
    Ok(Some(Resource {
        logical_id: logical_id.to_owned(),
        physical_id: resolver.resource_reference(logical_id).ok().as_ref().and_then(text_of),
        properties: member("Properties").map_err(|fault| fault.within("Properties"))?,
        metadata: member("Metadata").map_err(|fault| fault.within("Metadata"))?,
    }))
}

/// One reading of a template: keeps all faults.
struct Reader<'r> {
    template: &'r Template,
    resolver: &'r Resolver<'r>,
    faults: &'r RefCell<Vec<Fault>>,
}

impl<'r> Reader<'r> {
    fn application(&self) -> Application {
        let text = |name| self.resolver.pseudo_text(name);
        let mut application = Application {
            place: Place {
                region: text("AWS::Region"),
                account_id: text("AWS::AccountId"),
                partition: text("AWS::Partition"),
            },
            functions: Vec::new(),
            routes: Vec::new(),
            apis: BTreeMap::new(),
            mappings: Vec::new(),
            schedules: Vec::new(),
            ignored: Vec::new(),
        };
        let resources = self.made_resources();
        for (logical_id, node) in &resources {
            if kind_of(node) == "AWS::Serverless::HttpApi" {
                let api = self.api(logical_id, node);
                application.apis.insert((*logical_id).to_owned(), api);
            }
        }
        for (logical_id, node) in &resources {
            match kind_of(node) {
                "AWS::Serverless::Function" => self.function_and_events(logical_id, node, &mut application),
                "AWS::Lambda::Function" => self.plain_function(logical_id, node, &mut application),
                "AWS::Serverless::HttpApi" | "AWS::Lambda::EventSourceMapping" => {}
                other => application.ignored.push(format!("{logical_id} ({other})")),
            }
        }
        // After the functions, which they name.
        for (logical_id, node) in
            resources.iter().filter(|(_, node)| kind_of(node) == "AWS::Lambda::EventSourceMapping")
        {
            self.plain_mapping(logical_id, node, &mut application);
        }
        application
    }

    fn made_resources(&self) -> Vec<(&'r str, &'r Node)> {
        let resources = self.template.root.section("Resources");
        let is_made = |(logical_id, node): &(&str, &Node)| match self.resolver.is_made(node) {
            Ok(is_made) => is_made,
            Err(fault) => {
                self.faults.borrow_mut().push(fault.within(logical_id).within("Resources"));
                false
            }
        };
        resources.entries().filter(is_made).collect()
    }

    fn function_and_events(&self, logical_id: &str, node: &Node, application: &mut Application) {
        let properties = self.properties("Function", logical_id, node);
        let function = functions::read(&properties, self.template, logical_id, node);
        for (event_id, event) in properties.section("Events").node.entries() {
            let id = format!("{logical_id}{event_id}");
            let path = format!("Resources.{logical_id}.Properties.Events.{event_id}");
            let event_properties = event.section("Properties").clone();
            let event_properties =
                Properties::new(self.resolver, self.faults, format!("{path}.Properties"), event_properties);
            let source = EventSource { id: &id, function: &function, properties: &event_properties };
            match kind_of(event) {
                "HttpApi" => application.routes.extend(source.route(&mut application.apis)),
                "MSK" | "SelfManagedKafka" => {
                    application.mappings.extend(source.mapping(kind_of(event), &self.template.settings));
                }
                "Schedule" | "ScheduleV2" => {
                    application.schedules.extend(source.schedule(kind_of(event), &self.template.settings));
                }
                other => application.ignored.push(format!("{logical_id}.Events.{event_id} ({other})")),
            }
        }
        application.functions.push(function);
    }

    /// A resource's properties with `Globals` laid under.
    fn properties(&self, section: &str, logical_id: &str, node: &Node) -> Properties<'r> {
        let globals = self.template.root.get("Globals").and_then(|globals| globals.get(section));
        let own = node.section("Properties");
        let node = globals.map_or_else(|| own.clone(), |globals| merged(globals, own));
        self.own_properties(logical_id, node)
    }

    fn own_properties(&self, logical_id: &str, node: Node) -> Properties<'r> {
        Properties::new(self.resolver, self.faults, format!("Resources.{logical_id}.Properties"), node)
    }
}

/// One event of one function.
struct EventSource<'e> {
    /// Logical id of function + event, as the SAM translator makes it.
    id: &'e str,
    function: &'e Function,
    properties: &'e Properties<'e>,
}
