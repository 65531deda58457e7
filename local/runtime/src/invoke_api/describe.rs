//! `ListFunctions`, `GetFunction` and `GetFunctionConfiguration`.

use serde_json::{Value, json};

use crate::template::Function;

/// A page of `ListFunctions`.
pub(super) fn list(functions: &[&Function]) -> Value {
    let shown: Vec<_> = functions.iter().map(|function| configuration(function)).collect();
    json!({"Functions": shown})
}

/// `GetFunction`.
pub(super) fn function(function: &Function) -> Value {
    let code = json!({"RepositoryType": "S3", "Location": format!("file://{}", function.code_uri.display())});
    json!({"Configuration": configuration(function), "Code": code, "Tags": {}})
}

/// The fields that clients and their waiters look at; a local binary has no size or hash worth showing.
pub(super) fn configuration(function: &Function) -> Value {
    json!({
        "FunctionName": function.name,
        "FunctionArn": function.arn,
        "Runtime": function.runtime,
        "Role": function.role_arn,
        "Handler": function.handler,
        "CodeSize": 0,
        "CodeSha256": "",
        "Description": function.description,
        "Timeout": function.timeout.as_secs(),
        "MemorySize": function.memory_size_mib,
        "LastModified": "1970-01-01T00:00:00.000+0000",
        "Version": "$LATEST",
        "Environment": {"Variables": function.environment},
        "PackageType": "Zip",
        "Architectures": [if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }],
        "State": "Active",
        "LastUpdateStatus": "Successful",
    })
}
