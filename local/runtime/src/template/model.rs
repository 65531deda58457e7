//! What a template says, as far as this machine can act on it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::esm::config::{DestinationArn, MappingConfig};
use crate::schedule::{Expression, Timing};

/// A template's functions and everything that calls them.
#[derive(Debug, Clone, PartialEq)]
pub struct Application {
    /// Region and account the template's ARNs speak of.
    pub place: Place,
    /// Every `AWS::Serverless::Function` and `AWS::Lambda::Function` that is made under the conditions.
    pub functions: Vec<Function>,
    /// Every `HttpApi` and `Api` event.
    pub routes: Vec<Route>,
    /// The APIs by logical id, with their authorizers.
    pub apis: BTreeMap<String, Api>,
    /// Every `MSK` and `SelfManagedKafka` event, and every `AWS::Lambda::EventSourceMapping` of Kafka.
    pub mappings: Vec<MappingConfig>,
    /// Every `Schedule` and `ScheduleV2` event.
    pub schedules: Vec<Schedule>,
    /// What the template holds that this machine does nothing with, a line each.
    pub ignored: Vec<String>,
    /// What is legal and most likely not meant, a line each.
    pub warnings: Vec<String>,
}

/// Where the template would be deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// `AWS::Region`.
    pub region: String,
    /// `AWS::AccountId`.
    pub account_id: String,
    /// `AWS::Partition`.
    pub partition: String,
}

/// One function.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// The resource's name in the template.
    pub logical_id: String,
    /// `FunctionName`, else the logical id: what it is invoked by.
    pub name: String,
    /// Its ARN, without qualifier.
    pub arn: String,
    /// `Role`, else the one SAM would make.
    pub role_arn: String,
    /// `Handler`.
    pub handler: String,
    /// `Runtime`, such as `provided.al2023`.
    pub runtime: String,
    /// `Description`.
    pub description: String,
    /// `CodeUri`, relative to the template's folder.
    pub code_uri: PathBuf,
    /// The built program's name: `Metadata.Binary`, else the last part of `CodeUri` (without `.zip`), else the name.
    pub binary: String,
    /// Program and arguments that run instead of the binary, if the parameters file says so.
    pub command: Vec<String>,
    /// `Timeout`.
    pub timeout: Duration,
    /// `MemorySize`.
    pub memory_size_mib: u32,
    /// `Environment.Variables` with the parameters file's laid over.
    pub environment: BTreeMap<String, String>,
    /// `EventInvokeConfig`.
    pub event_invoke: EventInvoke,
    /// How many execution environments may run side by side; 0 is never invoked.
    pub environments_max: usize,
    /// Where its environments are.
    pub compute: Compute,
    /// `nice(1)` of its processes, 0 to 19. While calls of functions with a lower one wait, its own take turns.
    pub niceness: u8,
}

/// Where a function's environments are, and how many calls each of them takes at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Compute {
    /// Started for calls and frozen between them, one call at a time each.
    #[default]
    OnDemand,
    /// On Lambda Managed Instances: always running, several calls at once each.
    Instances {
        /// `PerExecutionEnvironmentMaxConcurrency`.
        calls_max: usize,
    },
}

impl Compute {
    /// How many calls one environment takes at once.
    #[must_use]
    pub fn calls_max(self) -> usize {
        match self {
            Self::OnDemand => 1,
            Self::Instances { calls_max } => calls_max,
        }
    }
}

impl Function {
    /// How many calls may be under way at once.
    #[must_use]
    pub fn calls_max(&self) -> usize {
        self.environments_max.saturating_mul(self.compute.calls_max())
    }
}

/// What becomes of a function's asynchronous calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventInvoke {
    /// `MaximumRetryAttempts`.
    pub retries_max: Option<u32>,
    /// `MaximumEventAgeInSeconds`.
    pub age_max: Option<Duration>,
    /// `DestinationConfig.OnFailure`.
    pub on_failure: Option<DestinationArn>,
    /// `DestinationConfig.OnSuccess`.
    pub on_success: Option<DestinationArn>,
}

/// The two generations of APIs that API Gateway has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ApiKind {
    /// `AWS::Serverless::HttpApi`.
    #[default]
    Http,
    /// `AWS::Serverless::Api`.
    Rest,
}

impl ApiKind {
    /// The kind that a resource's type stands for.
    pub(super) fn of(resource: &str) -> Option<Self> {
        match resource {
            "AWS::Serverless::HttpApi" => Some(Self::Http),
            "AWS::Serverless::Api" => Some(Self::Rest),
            _ => None,
        }
    }

    /// The kind that an event's type stands for.
    pub(super) fn of_event(event: &str) -> Self {
        if event == "Api" { Self::Rest } else { Self::Http }
    }

    /// The section of `Globals`.
    pub(super) fn section(self) -> &'static str {
        match self {
            Self::Http => "HttpApi",
            Self::Rest => "Api",
        }
    }

    /// The property by which an event names its API.
    pub(super) fn id_property(self) -> &'static str {
        match self {
            Self::Http => "ApiId",
            Self::Rest => "RestApiId",
        }
    }

    /// The API that SAM makes for events that name none.
    pub(super) fn implicit_id(self) -> &'static str {
        match self {
            Self::Http => "ServerlessHttpApi",
            Self::Rest => "ServerlessRestApi",
        }
    }
}

/// The shape of the event a route's function gets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PayloadFormat {
    /// An HTTP API's `2.0`.
    #[default]
    V2,
    /// An HTTP API's `1.0`.
    V1,
    /// A REST API's own, which `1.0` was made after.
    Rest,
}

/// An HTTP or REST API.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Api {
    /// Which of the two.
    pub kind: ApiKind,
    /// `StageName`; `$default` for HTTP APIs and `Prod` for REST APIs that name none.
    pub stage: String,
    /// Names of authorizers of kinds that are not enforced here. There are some only where
    /// `Authorizer: disabled` opens their routes.
    pub not_enforced: BTreeSet<String>,
    /// `BinaryMediaTypes` of a REST API.
    pub binary_media_types: Vec<String>,
    /// `Auth.Authorizers` of the kind JWT, by name.
    pub authorizers: BTreeMap<String, JwtAuthorizer>,
    /// `Auth.DefaultAuthorizer`.
    pub default_authorizer: Option<String>,
    /// `CorsConfiguration`, or `Cors` of a REST API.
    pub cors: Option<Cors>,
    /// `StageVariables`, or `Variables` of a REST API.
    pub stage_variables: BTreeMap<String, String>,
}

/// A JWT authorizer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JwtAuthorizer {
    /// `JwtConfiguration.issuer`.
    pub issuer: String,
    /// `JwtConfiguration.audience`: a token is for one of these.
    pub audience: Vec<String>,
    /// `IdentitySource`, such as `$request.header.Authorization`.
    pub identity_source: String,
    /// `AuthorizationScopes`: a token has one of these, where any are given.
    pub scopes: Vec<String>,
}

/// Answers to browsers' preflight requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cors {
    /// `AllowOrigins`.
    pub allow_origins: Vec<String>,
    /// `AllowMethods`.
    pub allow_methods: Vec<String>,
    /// `AllowHeaders`.
    pub allow_headers: Vec<String>,
    /// `ExposeHeaders`.
    pub expose_headers: Vec<String>,
    /// `AllowCredentials`.
    pub allow_credentials: bool,
    /// `MaxAge` in seconds.
    pub max_age_s: Option<u32>,
}

/// A way from HTTP to a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The function's name.
    pub function: String,
    /// Logical id of its API.
    pub api: String,
    /// `GET` …, or `None` for `ANY`.
    pub method: Option<String>,
    /// `/orders/{id}`, or `$default`.
    pub path: String,
    /// Name of its authorizer within the API; `None` is an open route.
    pub authorizer: Option<String>,
    /// Scopes of which a token must have one.
    pub scopes: Vec<String>,
    /// `TimeoutInMillis`, at most 30 s.
    pub timeout: Duration,
    /// The shape of its events.
    pub payload_format: PayloadFormat,
}

impl Route {
    /// `GET /orders/{id}`, `ANY /x` or `$default`, as events say it.
    pub fn key(&self) -> String {
        if self.path == "$default" {
            return self.path.clone();
        }
        format!("{} {}", self.method.as_deref().unwrap_or("ANY"), self.path)
    }
}

/// A schedule that calls a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// Logical id of function + event.
    pub id: String,
    /// The function's name.
    pub function: String,
    /// ARN of the rule or schedule, for the event.
    pub arn: String,
    /// Which service AWS would run it with: decides the event.
    pub service: ScheduleService,
    /// When.
    pub expression: Expression,
    /// In which time zone, and from when until when.
    pub timing: Timing,
    /// `Input`: the event instead of the service's own.
    pub input: Option<Value>,
    /// `Enabled` or `State`.
    pub enabled: bool,
}

/// The service behind a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleService {
    /// `Schedule`: an EventBridge rule.
    EventBridgeRule,
    /// `ScheduleV2`: EventBridge Scheduler.
    EventBridgeScheduler,
}

/// A resource that is made under the conditions, with its properties resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Its name in the template.
    pub logical_id: String,
    /// What `Ref` gives for it, where that is known.
    pub physical_id: Option<String>,
    /// `Properties`.
    pub properties: Value,
    /// The resource's own `Metadata`.
    pub metadata: Value,
}
