//! `SchemaRegistryConfig`.

use super::super::EventSource;
use super::super::properties::Properties;
use super::super::secrets::SecretFault;
use super::super::settings::Settings;
use crate::esm::config::{EventRecordFormat, RegistryAccess, SchemaRegistry};

const SECTION: &str = "SchemaRegistryConfig";

impl EventSource<'_> {
    /// The mapping's registry. What AWS refuses is refused in AWS's words.
    pub(super) fn schema_registry(
        &self,
        is_provisioned: bool,
        settings: &Settings,
    ) -> Option<SchemaRegistry> {
        let config = self.properties.section(SECTION);
        config.node.entries().next()?;
        if !is_provisioned {
            self.fault(
                SECTION,
                "SchemaRegistryConfig is only available for Provisioned Mode. To configure Schema Registry, please \
                 enable Provisioned Mode by specifying MinimumPollers in ProvisionedPollerConfig.",
            );
        }
        let [validates_key, validates_value] = self.validated(&config);
        Some(SchemaRegistry {
            url: self.registry_url(&config, settings)?,
            format: self.record_format(&config)?,
            validates_key,
            validates_value,
            access: self.registry_access(&config, settings),
        })
    }

    fn validated(&self, config: &Properties<'_>) -> [bool; 2] {
        let attributes = config.items("SchemaValidationConfigs");
        let attributes: Vec<String> =
            attributes.iter().map(|attribute| attribute.required_text("Attribute")).collect();
        if attributes.is_empty() {
            self.fault(SECTION, "SchemaValidationConfigs is a required field for SchemaRegistryConfig.");
        }
        ["KEY", "VALUE"].map(|name| {
            let count = attributes.iter().filter(|attribute| *attribute == name).count();
            if count > 1 {
                self.fault(SECTION, "Duplicate KEY/VALUE Attribute in SchemaValidationConfigs.");
            }
            count > 0
        })
    }

    fn record_format(&self, config: &Properties<'_>) -> Option<EventRecordFormat> {
        match config.text("EventRecordFormat").as_deref() {
            Some("JSON") => Some(EventRecordFormat::Json),
            Some("SOURCE") => Some(EventRecordFormat::Source),
            _ => {
                self.fault(
                    SECTION,
                    "EventRecordFormat is a required field for SchemaRegistryConfig. Please provide one of \
                     supported format types: SOURCE, JSON.",
                );
                None
            }
        }
    }

    /// The address that the parameters file gives for the registry, else the template's own.
    fn registry_url(&self, config: &Properties<'_>, settings: &Settings) -> Option<String> {
        let node = config.node.get("SchemaRegistryURI");
        let uri = node.and_then(|node| self.properties.resolver.text(node).ok());
        let names = [Some(self.id), uri.as_deref()];
        let names: Vec<&str> = names.into_iter().flatten().collect();
        let given =
            settings.runtime.schema_registries.as_ref().and_then(|registries| registries.find(&names));
        let own = uri.as_deref().filter(|uri| uri.starts_with("http://") || uri.starts_with("https://"));
        if given.or(own).is_none() {
            self.fault(
                SECTION,
                "the registry has no address here: give one under `Runtime: {SchemaRegistries: http://…}`",
            );
        }
        given.or(own).map(str::to_owned)
    }

    fn registry_access(&self, config: &Properties<'_>, settings: &Settings) -> RegistryAccess {
        let mut access = RegistryAccess::default();
        for entry in config.items("AccessConfigs") {
            if let Err(SecretFault(message)) = self.add_registry_access(&mut access, &entry, settings) {
                self.fault(SECTION, message);
            }
        }
        access
    }

    fn add_registry_access(
        &self,
        access: &mut RegistryAccess,
        entry: &Properties<'_>,
        settings: &Settings,
    ) -> Result<(), SecretFault> {
        let Some(secret) = settings.secrets.find(&self.uri_names(entry)) else { return Ok(()) };
        match entry.required_text("Type").as_str() {
            "BASIC_AUTH" => access.password = Some(secret.password()?),
            "CLIENT_CERTIFICATE_TLS_AUTH" => access.client_certificate = Some(secret.certificate()?),
            "SERVER_ROOT_CA_CERTIFICATE" => access.root_certificate = Some(secret.text("certificate")?),
            other => return Err(SecretFault(format!("{other} is not supported here"))),
        }
        Ok(())
    }
}
