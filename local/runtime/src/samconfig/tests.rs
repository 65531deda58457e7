//! Rows of files and what is read from them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::*;
use crate::host::CallLines;

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("samconfig-{name}-{}", std::process::id()));
        for (file, text) in files {
            let file = folder.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        Self(folder)
    }

    fn read(&self, file: &str, environment: &str) -> Result<SamConfig, String> {
        SamConfig::read(&self.0.join(file), environment).map_err(|error| error.to_string())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

#[test]
fn parameter_overrides_are_read_in_each_of_their_forms() {
    let folder = Folder::new(
        "overrides",
        &[
            ("values.yaml", "Stage: dev\nZones: [a, b]\nSize: 5\n"),
            ("values.json", r#"[{"ParameterKey": "Stage", "ParameterValue": "json"}]"#),
        ],
    );
    for (overrides, expected) in [
        (r#""Stage=dev Size=5""#, json!({"Stage": "dev", "Size": "5"})),
        (r#""Stage=\"a b\" Url='x=1'""#, json!({"Stage": "a b", "Url": "x=1"})),
        (
            r#""ParameterKey=Stage,ParameterValue=dev ParameterKey=Size,ParameterValue=5""#,
            json!({"Stage": "dev", "Size": "5"}),
        ),
        (r#"["Stage=a b", "Zones=a,b"]"#, json!({"Stage": "a b", "Zones": "a,b"})),
        (r#"["file://values.yaml", "Stage=over"]"#, json!({"Stage": "over", "Zones": "a,b", "Size": 5})),
        (r#""file://values.json""#, json!({"Stage": "json"})),
        (r#"{ Stage = "dev", Size = 5 }"#, json!({"Stage": "dev", "Size": 5})),
    ] {
        fs::write(
            folder.0.join("samconfig.toml"),
            format!("[default.deploy.parameters]\nparameter_overrides = {overrides}\n"),
        )
        .unwrap();
        let read = folder.read("samconfig.toml", "default").unwrap();
        assert_eq!(json!(read.parameter_overrides), expected, "{overrides}");
    }
}

#[test]
fn the_own_section_wins_and_global_comes_last() {
    let text = r#"
version = 0.1
[default.global.parameters]
region = "sa-east-1"
stack_name = "all"
template_file = "nowhere.yaml"
[default.deploy.parameters]
stack_name = "shop"
template_file = ".aws-sam/packaged.yaml"
[default.build.parameters]
template_file = "infra/template.yaml"
[default.esm_local.parameters]
region = "us-east-2"
parameters = "local.yaml"
http = "127.0.0.1:3100"
binary = "../target/{binary}"
reload = true
report = "all"
[prod.deploy.parameters]
parameter_overrides = "Stage=prod"
"#;
    let yaml = "default: {deploy: {parameters: {stack_name: shop}}}\n";
    let folder = Folder::new(
        "sections",
        &[
            ("infra/samconfig.toml", text),
            ("infra/template.yaml", "Resources: {}"),
            ("yaml/samconfig.yaml", yaml),
        ],
    );
    let read = folder.read("infra/samconfig.toml", "default").unwrap();
    assert_eq!((read.region.as_deref(), read.stack_name.as_deref()), (Some("us-east-2"), Some("shop")));
    assert_eq!(read.template, Some(folder.0.join("infra/template.yaml")), "from the root, which is above");
    assert_eq!(read.own.parameters.to_vec(), [folder.0.join("infra/local.yaml")]);
    assert_eq!(read.own.binary, Some(folder.0.join("infra/../target/{binary}")));
    assert_eq!((read.own.http, read.own.reload), (Some("127.0.0.1:3100".parse().unwrap()), true));
    assert_eq!(read.own.report, Some(CallLines::All));
    let prod = folder.read("infra/samconfig.toml", "prod").unwrap();
    assert_eq!((json!(prod.parameter_overrides), prod.region), (json!({"Stage": "prod"}), None));
    assert_eq!(folder.read("yaml/samconfig.yaml", "default").unwrap().stack_name.as_deref(), Some("shop"));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, environment, expected) in [
        ("[default\n", "default", "samconfig.toml:1: is no TOML"),
        ("a = 1\nb = = 2\n", "default", "samconfig.toml:2: is no TOML"),
        (
            "[default.esm_local.parameters]\nhtpp = 'x'\n",
            "default",
            "default.esm_local.parameters: unknown field `htpp`",
        ),
        ("[default.esm_local.parameters]\nhttp = 'x'\n", "default", "invalid socket address"),
        (
            "[default.esm_local.parameters]\nreport = 'some'\n",
            "default",
            "`report` or `all` is wanted here, not some",
        ),
        ("[dev.deploy.parameters]\n", "test", "there is no environment test, only dev"),
        (
            "[default.deploy.parameters]\nparameter_overrides = 'Stage'\n",
            "default",
            "parameter_overrides: NAME=VALUE",
        ),
        (
            "[default.deploy.parameters]\nparameter_overrides = 'file://none.yaml'\n",
            "default",
            "none.yaml: cannot be read",
        ),
    ] {
        let folder = Folder::new("wrong", &[("samconfig.toml", text)]);
        let error = folder.read("samconfig.toml", environment).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
    let folder = Folder::new("empty", &[("samconfig.toml", "version = 0.1\n")]);
    assert_eq!(folder.read("samconfig.toml", "default").unwrap().own, OwnOptions::default());
}

#[test]
fn the_file_is_found_here_or_in_the_one_folder_below_that_has_it() {
    let folder = Folder::new("find", &[("root/infra/samconfig.toml", ""), ("root/src/x", "")]);
    let root = folder.0.join("root");
    let find = |path: &Path| SamConfig::find(path);
    assert_eq!(find(&root), Some(root.join("infra/samconfig.toml")));
    assert_eq!(find(&root.join("infra")), Some(root.join("infra/samconfig.toml")));
    assert_eq!(find(&root.join("src")), None);
    fs::write(root.join("src/samconfig.yaml"), "").unwrap();
    assert_eq!(find(&root), None, "two are one too many");
    fs::write(root.join("samconfig.yml"), "").unwrap();
    assert_eq!(find(&root), Some(root.join("samconfig.yml")));
}
