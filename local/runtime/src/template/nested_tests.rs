//! Nested templates, loops, imports and layers: what is more than one piece of text.

use std::fs;
use std::path::PathBuf;

use super::*;

/// A folder of templates that goes with the test.
struct Project(PathBuf);

impl Project {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("template-{name}-{}", std::process::id()));
        for (file, text) in files {
            let file = folder.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        Self(folder)
    }

    fn read(&self, parameters: &str) -> Result<Application, String> {
        let file = self.0.join("parameters.yaml");
        fs::write(&file, parameters).unwrap();
        let settings = Settings::read(&[file]).map_err(|error| error.to_string())?;
        let template = Template::read(&self.0.join("template.yaml"), settings);
        template.and_then(|template| template.application()).map_err(|error| error.to_string())
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

const PARENT: &str = "
Parameters: {Stage: {Type: String, Default: local}}
Conditions: {IsLocal: !Equals [!Ref Stage, local]}
Resources:
  Api: {Type: 'AWS::Serverless::HttpApi', Properties: {Auth: {DefaultAuthorizer: Users, Authorizers: {Users: {JwtConfiguration: {issuer: 'https://id', audience: [a]}}}}}}
  Shop:
    Type: AWS::Serverless::Application
    Properties:
      Location: shop/template.yaml
      Parameters: !If [IsLocal, {Topic: !Sub 'orders-${Stage}', Zones: [a, b], Api: !Ref Api}, !Ref AWS::NoValue]
  Stock: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: ./stock.json}}
  Elsewhere: {Type: 'AWS::Serverless::Application', Properties: {Location: {ApplicationId: 'arn:x', SemanticVersion: 1.0.0}}}
  Far: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: 'https://s3.amazonaws.com/b/t.yaml'}}
  Look:
    Type: AWS::Serverless::Function
    Properties: {Environment: {Variables: {ORDERS: !GetAtt Shop.Outputs.OrdersArn, ZONES: !GetAtt Shop.Outputs.Zone}}}
  Plain:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !GetAtt Stock.Outputs.Function
      Topics: [stock]
      SelfManagedEventSource: {Endpoints: {KafkaBootstrapServers: ['k:9092']}}
";
const SHOP: &str = "
Parameters: {Topic: {Type: String}, Zones: {Type: CommaDelimitedList}, Api: {Type: String}}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Events:
        Placed: {Type: SelfManagedKafka, Properties: {KafkaBootstrapServers: ['k:9092'], Topics: [!Ref Topic]}}
        Get: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: /orders}}
        Own: {Type: HttpApi, Properties: {Method: GET, Path: /own}}
        Tick: {Type: Schedule, Properties: {Schedule: rate(1 minute)}}
  Queue: {Type: 'AWS::SQS::Queue'}
Outputs:
  OrdersArn: {Value: !GetAtt Orders.Arn}
  Zone: {Value: !Select [1, !Ref Zones]}
";
const STOCK: &str = r#"{"Resources": {"Count": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "count"}}},
 "Outputs": {"Function": {"Value": {"Ref": "Count"}}}}"#;

#[test]
fn nested_templates_are_part_of_the_application() {
    let files = [("template.yaml", PARENT), ("shop/template.yaml", SHOP), ("stock.json", STOCK)];
    let project = Project::new("nested", &files);
    let application = project
        .read("{Functions: {Shop-Orders: {Timeout: 7}}, Schedules: {Shop-OrdersTick: rate(1 second)}}")
        .unwrap();
    let functions: Vec<_> =
        application.functions.iter().map(|it| (it.name.as_str(), it.code_uri.clone())).collect();
    let orders = ("Shop-Orders", project.0.join("shop/src"));
    assert_eq!(functions, [orders, ("count", project.0.clone()), ("Look", project.0.clone())]);
    assert_eq!(application.functions[0].timeout.as_secs(), 7);
    let variables = &application.functions[2].environment;
    assert_eq!(variables["ORDERS"], "arn:aws:lambda:us-east-1:000000000000:function:Shop-Orders");
    assert_eq!(variables["ZONES"], "b");
    let mappings: Vec<_> = application
        .mappings
        .iter()
        .map(|it| (it.id.as_str(), it.topic.as_str(), it.function.as_str()))
        .collect();
    assert_eq!(mappings, [("Shop-OrdersPlaced", "orders-local", "Shop-Orders"), ("Plain", "stock", "count")]);
    let routes: Vec<_> = application
        .routes
        .iter()
        .map(|it| (it.path.as_str(), it.api.as_str(), it.authorizer.as_deref()))
        .collect();
    assert_eq!(routes, [("/orders", "Api", Some("Users")), ("/own", "Shop-ServerlessHttpApi", None)]);
    assert_eq!(application.schedules[0].expression.to_string(), "each 1s");
    assert_eq!(
        application.ignored,
        [
            "Shop-Queue (AWS::SQS::Queue)",
            "Elsewhere (AWS::Serverless::Application, whose template is no file here)",
            "Far (AWS::CloudFormation::Stack, whose template is no file here)",
        ]
    );
}

#[test]
fn faults_of_nested_templates_have_their_file_and_line() {
    let parent = "
Resources:
  Shop: {Type: 'AWS::Serverless::Application', Properties: {Location: shop.yaml, Parameters: {Stage: x}}}
  Gone: {Type: 'AWS::Serverless::Application', Properties: {Location: gone.yaml}}
  Self: {Type: 'AWS::Serverless::Application', Properties: {Location: template.yaml}}
  Look: {Type: 'AWS::Serverless::Function', Properties: {Environment: {Variables: {A: !GetAtt Shop.Outputs.Nothing}}}}
";
    for (child, expected) in [
        (
            "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties: {Timeout: long}\nParameters: {Stage: {}}\n",
            "shop.yaml:4: Resources.F.Properties.Timeout: a whole number",
        ),
        ("Resources: {}\n", "shop.yaml: Stage: has a value but the template does not declare it"),
        (
            "Resources: {}\nParameters:\n  Stage: {}\n  More: {}\n",
            "shop.yaml:4: Parameters.More: has no Default",
        ),
        ("Resources: {}\nParameters: {Stage: {}}\n", "has no output Nothing"),
        ("Resources: {}\nParameters: {Stage: {}}\n", "gone.yaml is no file"),
        ("Resources: {}\nParameters: {Stage: {}}\n", "does it hold itself?"),
        ("Resources: [\n", "shop.yaml:2: "),
    ] {
        let project = Project::new("faults", &[("template.yaml", parent), ("shop.yaml", child)]);
        let error = project.read("{}").unwrap_err();
        assert!(error.contains(expected), "{expected}\nis not in\n{error}");
    }
}

#[test]
fn loops_make_copies() {
    let text = "
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Parameters: {Topics: {Type: CommaDelimitedList, Default: 'orders,returns'}}
Resources:
  Fn::ForEach::Consumers:
    - Topic
    - !Ref Topics
    - 'Take${Topic}':
        Type: AWS::Serverless::Function
        Properties:
          FunctionName: !Sub 'take-${Topic}'
          Events:
            Fn::ForEach::Kinds:
              - Kind
              - [new, old]
              - '${Kind}':
                  Type: SelfManagedKafka
                  Properties: {KafkaBootstrapServers: ['k:9092'], Topics: [!Sub '${Topic}-${Kind}']}
";
    let project = Project::new("loops", &[("template.yaml", text)]);
    let application = project.read("{}").unwrap();
    let topics: Vec<_> =
        application.mappings.iter().map(|it| (it.function.as_str(), it.topic.as_str())).collect();
    let [orders, returns] = ["take-orders", "take-returns"];
    assert_eq!(
        topics,
        [(orders, "orders-new"), (orders, "orders-old"), (returns, "returns-new"), (returns, "returns-old")]
    );
    let broken = Project::new(
        "loop",
        &[("template.yaml", "Resources:\n  Fn::ForEach::X:\n    - A\n    - one\n    - {}\n")],
    );
    assert!(broken.read("{}").unwrap_err().contains("template.yaml:4: Fn::ForEach::X: ForEach wants a list"));
}

#[test]
fn imports_come_from_a_file_beside_the_parameters_file() {
    let template =
        "Resources: {F: {Type: 'AWS::Serverless::Function', Properties: {FunctionName: !ImportValue Name}}}";
    for (exports, expected) in [
        ("Name: plain", "plain"),
        (r#"{"Exports": [{"ExportingStackId": "s", "Name": "Name", "Value": "listed"}]}"#, "listed"),
    ] {
        let project = Project::new("imports", &[("template.yaml", template), ("exports.yaml", exports)]);
        assert_eq!(project.read("Imports: file:exports.yaml").unwrap().functions[0].name, expected);
    }
    let project = Project::new("no-imports", &[("template.yaml", template)]);
    assert!(project.read("Imports: file:none.yaml").unwrap_err().contains("none.yaml: cannot be read"));
    assert!(project.read("Imports: exports.yaml").unwrap_err().contains("Imports: `file:PATH` or a mapping"));
}

#[test]
fn layers_of_the_project_are_on_the_paths() {
    let template = "
Conditions: {Yes: !Equals [a, a]}
Globals: {Function: {Layers: [!Ref Base]}}
Resources:
  Base: {Type: 'AWS::Serverless::LayerVersion', Properties: {ContentUri: layers/base}}
  Common: {Type: 'AWS::Serverless::LayerVersion', Properties: {ContentUri: layers/common}}
  F:
    Type: AWS::Serverless::Function
    Properties:
      Layers: [!If [Yes, !Ref Common, !Ref AWS::NoValue], 'arn:aws:lambda:us-east-1:1:layer:far:1']
      Environment: {Variables: {NODE_PATH: own}}
";
    let files = [
        ("template.yaml", template),
        ("layers/common/python/lib/python3.13/site-packages/x.py", ""),
        ("layers/common/python/y.py", ""),
        ("layers/base/python/x.py", ""),
        ("layers/common/nodejs/node_modules/z/index.js", ""),
    ];
    let project = Project::new("layers", &files);
    let application = project.read("{}").unwrap();
    let layer = project.0.join("layers/common").display().to_string();
    let variables = &application.functions[0].environment;
    let base = project.0.join("layers/base").display().to_string();
    // A function's layers come after those of `Globals`, and AWS lays the later ones over the others.
    let python = format!("{layer}/python:{layer}/python/lib/python3.13/site-packages:{base}/python");
    assert!(variables["PYTHONPATH"].starts_with(&python), "{}", variables["PYTHONPATH"]);
    assert_eq!(variables["NODE_PATH"], format!("{layer}/nodejs/node_modules:own"));
    assert_eq!(variables.get("LD_LIBRARY_PATH"), None);
    assert!(
        application
            .ignored
            .contains(&"F.Layers (no folder here: arn:aws:lambda:us-east-1:1:layer:far:1)".into())
    );
}

#[test]
fn a_list_of_layers_that_only_aws_knows_is_told() {
    for (layers, expected) in [
        ("!Ref Arns", vec!["F.Layers (no folder here: arn:a)", "F.Layers (no folder here: arn:b)"]),
        (
            "!Split [',', !ImportValue Arns]",
            vec![r#"F.Layers (no folder here: {"Fn::Split":[",",{"Fn::ImportValue":"Arns"}]})"#],
        ),
        ("!If [No, [arn:a], !Ref AWS::NoValue]", Vec::new()),
    ] {
        let template = format!(
            "
Parameters: {{Arns: {{Type: CommaDelimitedList, Default: 'arn:a,arn:b'}}}}
Conditions: {{No: !Equals [a, b]}}
Resources: {{F: {{Type: 'AWS::Serverless::Function', Properties: {{Layers: {layers}}}}}}}
"
        );
        let project = Project::new("far-layers", &[("template.yaml", template.as_str())]);
        assert_eq!(project.read("{}").unwrap().ignored, expected, "{layers}");
    }
}
