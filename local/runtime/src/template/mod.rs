//! Reads a SAM template: parameters, conditions, intrinsic functions, and what of it
//! can run on one machine.
//!
//! It deliberately does not validate a template as CloudFormation would (`cfn-lint` and
//! `sam validate` do): it resolves what it needs and says what it leaves aside.

#[cfg(test)]
mod api_tests;
mod apis;
mod attributes;
mod checks;
mod compute;
mod conditions;
mod document;
mod dynamic;
mod error;
mod event_invoke;
mod for_each;
mod functions;
mod imports;
mod intrinsics;
mod layers;
mod mappings;
#[cfg(test)]
mod mistake_tests;
mod model;
mod nested;
#[cfg(test)]
mod nested_tests;
mod parameters;
mod plain;
mod properties;
mod resolver;
mod routes;
mod schedules;
mod scope;
mod secrets;
mod settings;
mod settle;
mod substitute;
#[cfg(test)]
mod tests;
mod unknown;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

pub use error::{Fault, TemplateError};
pub use model::{
    Api, ApiKind, Application, Compute, Cors, EventInvoke, Function, JwtAuthorizer, PayloadFormat, Place,
    Resource, Route, Schedule, ScheduleService,
};
pub use secrets::{SecretFields, Secrets};
pub use settings::{
    Addresses, AuthorizerSetting, FunctionSettings, Off, RuntimeSettings, Settings, read_document,
};

use attributes::kind_of;
use document::{EMPTY, Node};
use properties::{Properties, merged};
use resolver::Resolver;
use scope::Scope;
use settings::text_of;

/// A template with the values that only a deployment would know.
#[derive(Debug, Clone)]
pub struct Template {
    file: PathBuf,
    root: Node,
    settings: Settings,
    scope: Scope,
}

impl Template {
    /// Reads a template in YAML or JSON.
    pub fn read(file: &Path, settings: Settings) -> Result<Self, TemplateError> {
        Self::read_scoped(file, settings, Scope::top(file))
    }

    fn read_scoped(file: &Path, settings: Settings, scope: Scope) -> Result<Self, TemplateError> {
        let fault = |line, message: String| TemplateError::new(file, vec![Fault::at(line, message)]);
        let text =
            std::fs::read_to_string(file).map_err(|error| fault(0, format!("cannot be read: {error}")))?;
        let root = document::parse(&text).map_err(|(line, message)| fault(line, message))?;
        if root.get("Resources").is_none() {
            return Err(fault(0, "has no Resources: is it a CloudFormation template?".into()));
        }
        let template = Self { file: file.to_owned(), root, settings, scope };
        if for_each::occurs_in(&template.root) { template.with_copies() } else { Ok(template) }
    }

    /// The same template, with what its loops make in their place.
    fn with_copies(self) -> Result<Self, TemplateError> {
        let resolver = self.resolver()?;
        let root = for_each::expanded(&self.root, &resolver).map_err(|fault| self.failed(fault))?;
        drop(resolver);
        Ok(Self { root, ..self })
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
        let mut application = application_at(&resolver);
        Reader { template: self, resolver: &resolver, faults: &faults }.read_into(&mut application);
        checks::look_over(&mut application);
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
        Resolver::of(self).map_err(|faults| TemplateError::new(&self.file, faults))
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

/// An application without anything in it yet.
fn application_at(resolver: &Resolver<'_>) -> Application {
    let text = |name| resolver.pseudo_text(name);
    Application {
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
        warnings: Vec::new(),
    }
}

/// One reading of a template: keeps all faults.
struct Reader<'r> {
    template: &'r Template,
    resolver: &'r Resolver<'r>,
    faults: &'r RefCell<Vec<Fault>>,
}

impl<'r> Reader<'r> {
    /// APIs first, since routes name them; then functions, which mappings and schedules name.
    fn read_into(&self, application: &mut Application) {
        let resources = self.made_resources();
        for (logical_id, node) in &resources {
            if let Some(kind) = ApiKind::of(kind_of(node)) {
                let api = self.api(kind, logical_id, node);
                application.apis.insert(self.template.scope.full(logical_id), api);
            }
        }
        for (logical_id, node) in &resources {
            match kind_of(node) {
                "AWS::Serverless::Function" => self.function_and_events(logical_id, node, application),
                "AWS::Lambda::Function" => self.plain_function(logical_id, node, application),
                kind if nested::is_nested(kind) => self.nested(logical_id, node, application),
                kind if ApiKind::of(kind).is_some() || plain::CALLERS.contains(&kind) => {}
                _ if logical_id.starts_with("Fn::") => self.misplaced(logical_id, node),
                kind => {
                    application.ignored.push(format!("{} ({kind})", self.template.scope.full(logical_id)));
                }
            }
        }
        for (logical_id, node) in resources.iter().filter(|(_, node)| plain::CALLERS.contains(&kind_of(node)))
        {
            self.plain_caller(logical_id, node, application);
        }
    }

    /// `Fn::Transform` among the resources: what it would bring in would be missing in silence.
    fn misplaced(&self, name: &str, node: &Node) {
        let fault = Fault::at(node.line, intrinsics::not_understood(name));
        self.faults.borrow_mut().push(fault.within(name).within("Resources"));
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
            let id = self.template.scope.full(&format!("{logical_id}{event_id}"));
            let path = format!("Resources.{logical_id}.Properties.Events.{event_id}");
            let event_properties = event.section("Properties").clone();
            let event_properties =
                Properties::new(self.resolver, self.faults, format!("{path}.Properties"), event_properties);
            let source = EventSource { id: &id, function: &function, properties: &event_properties };
            self.event(
                kind_of(event),
                &source,
                &format!("{}.Events.{event_id}", function.logical_id),
                application,
            );
        }
        self.look_at(&function, &properties, application);
        application.functions.push(function);
    }

    /// What of a function cannot be here.
    fn look_at(&self, function: &Function, properties: &Properties<'_>, application: &mut Application) {
        let id = &function.logical_id;
        let (_, elsewhere) = layers::folders(properties, self.template);
        application
            .ignored
            .extend(elsewhere.iter().map(|layer| format!("{id}.Layers (no folder here: {layer})")));
        let code = properties.node.section("Code");
        let has = |name| properties.node.get(name).or_else(|| code.get(name)).is_some();
        let is_elsewhere = has("InlineCode") || has("ZipFile") || has("ImageUri");
        let has_command = self.template.settings.functions.get(id).is_some_and(|it| !it.command.is_empty());
        if is_elsewhere && !has_command {
            application.warnings.push(format!(
                "{id}: inline code and container images do not run here; give it a program by \
                 `Functions: {{{id}: {{Command: […]}}}}`"
            ));
        }
    }

    /// One event, by its type; `place` is for the list of what is left aside.
    fn event(&self, kind: &str, source: &EventSource<'_>, place: &str, application: &mut Application) {
        let settings = &self.template.settings;
        application.warnings.extend(unknown::properties(kind, source.properties, &self.template.file));
        match kind {
            "HttpApi" | "Api" => {
                self.implicit_api(kind, source.properties, application);
                application.routes.extend(source.route(kind, &application.apis, settings));
            }
            "MSK" | "SelfManagedKafka" => application.mappings.extend(source.mapping(kind, settings)),
            "Schedule" | "ScheduleV2" => application.schedules.extend(source.schedule(kind, settings)),
            other => application.ignored.push(format!("{place} ({other})")),
        }
    }

    /// The API that SAM makes for routes that name none: all of it comes from `Globals`.
    fn implicit_api(&self, event: &str, properties: &Properties<'_>, application: &mut Application) {
        let kind = ApiKind::of_event(event);
        if properties.node.get(kind.id_property()).is_none() {
            let id = self.template.scope.full(kind.implicit_id());
            let api = || self.api(kind, kind.implicit_id(), &EMPTY);
            application.apis.entry(id).or_insert_with(api);
        }
    }

    /// A resource's properties with `Globals` laid under.
    fn properties(&self, section: &str, logical_id: &str, node: &Node) -> Properties<'r> {
        let globals = self.template.root.get("Globals").and_then(|globals| globals.get(section));
        let own = node.section("Properties");
        let node = globals.map_or_else(|| own.clone(), |globals| merged(globals, own));
        self.own_properties(logical_id, &node)
    }

    fn own_properties(&self, logical_id: &str, node: &Node) -> Properties<'r> {
        let path = format!("Resources.{logical_id}.Properties");
        let properties = Properties::new(self.resolver, self.faults, path, self.resolver.settled(node));
        if let Some(transform) = node.get("Fn::Transform") {
            let fault = Fault::at(transform.line, intrinsics::not_understood("Fn::Transform"));
            properties.fault("", fault);
        }
        properties
    }
}

/// One event of one function.
struct EventSource<'e> {
    /// Logical id of function + event, as the SAM translator makes it.
    id: &'e str,
    function: &'e Function,
    properties: &'e Properties<'e>,
}
