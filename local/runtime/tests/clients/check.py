"""The Lambda API as boto3 and the AWS CLI see it: `check.py ENDPOINT BROKERS`.

Every part is a function; the first assertion that fails ends the program.
"""

import base64
import io
import json
import os
import subprocess
import sys
import tempfile
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT, BROKERS = sys.argv[1:3]
ACCESS = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any", "AWS_DEFAULT_REGION": "us-east-1"}
os.environ.update(ACCESS, AWS_EC2_METADATA_DISABLED="true")
PATIENCE_S = 30

client = boto3.client("lambda", endpoint_url=ENDPOINT, config=Config(retries={"max_attempts": 0}))


def call(name, payload, **options):
    answer = client.invoke(FunctionName=name, Payload=json.dumps(payload), **options)
    body = answer["Payload"].read()
    return answer, json.loads(body) if body else None


def refused(code, status, attempt):
    try:
        attempt()
    except ClientError as error:
        seen = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        assert seen == (code, status), (seen, error)
        return str(error)
    raise AssertionError(f"not refused with {code}")


def in_state(uuid, state):
    began = time.monotonic()
    while (seen := client.get_event_source_mapping(UUID=uuid))["State"] != state:
        assert time.monotonic() - began < PATIENCE_S, f"{seen['State']}, not {state}: {seen}"
        time.sleep(0.02)
    return seen


def invocations():
    answer, body = call("doer", {"n": 1})
    assert (answer["StatusCode"], answer["ExecutedVersion"], body) == (200, "$LATEST", {"n": 1})
    assert "FunctionError" not in answer and "LogResult" not in answer
    arn = "arn:aws:lambda:us-east-1:000000000000:function:doer"
    for name in ["doer:1", arn, arn + ":live", "000000000000:function:doer"]:
        assert call(name, "x")[1] == "x", name
    assert call("doer", "x", Qualifier="$LATEST")[1] == "x"

    answer, body = call("doer", {"do": "fail"})
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert body["errorType"] == "Refused" and body["errorMessage"] == "told to fail", body

    answer, _ = call("doer", {"do": "print", "text": "this very call"}, LogType="Tail")
    log = base64.b64decode(answer["LogResult"]).decode()
    assert log.startswith("START RequestId: ") and "\nthis very call\n" in log, log
    assert "\nEND RequestId: " in log and "\tMemory Size: 128 MB\t" in log, log
    log = base64.b64decode(call("doer", 1, LogType="Tail")[0]["LogResult"]).decode()
    assert "this very call" not in log, log

    assert call("doer", {}, InvocationType="Event")[0]["StatusCode"] == 202
    assert call("doer", {}, InvocationType="DryRun")[0]["StatusCode"] == 204
    assert client.invoke(FunctionName="doer")["StatusCode"] == 200, "no payload is an empty one"
    message = refused("ResourceNotFoundException", 404, lambda: call("nobody", 1))
    assert "Function not found" in message, message
    refused("InvalidRequestContentException", 400, lambda: client.invoke(FunctionName="doer", Payload=b"{"))
    large = io.BytesIO(b'"' + b"x" * 1_100_000 + b'"')
    refused(
        "RequestTooLargeException",
        413,
        lambda: client.invoke(FunctionName="doer", InvocationType="Event", Payload=large.getvalue()),
    )


def functions():
    pages = list(client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2}))
    names = [[function["FunctionName"] for function in page["Functions"]] for page in pages]
    assert [len(page) for page in names] == [2, 1] and sum(names, []) == ["echo", "doer", "Third"], names
    configuration = client.get_function_configuration(FunctionName="echo")
    assert configuration["Timeout"] == 20 and configuration["Runtime"] == "provided.al2023"
    function = client.get_function(FunctionName="echo")
    assert function["Configuration"]["FunctionArn"].endswith(":function:echo")
    assert function["Code"]["Location"].startswith("file://")
    for waiter in ["function_active", "function_active_v2", "function_updated_v2", "function_exists"]:
        client.get_waiter(waiter).wait(FunctionName="echo")
    refused("ResourceNotFoundException", 404, lambda: client.get_function(FunctionName="nobody"))


def changed_mapping():
    """Changes the mapping of the template while records come; leaves it enabled."""
    [mapping] = client.list_event_source_mappings(FunctionName="echo")["EventSourceMappings"]
    uuid = mapping["UUID"]
    assert (mapping["BatchSize"], mapping["Topics"], mapping["MaximumRetryAttempts"]) == (10, ["orders"], -1)
    assert mapping["SelfManagedKafkaEventSourceConfig"]["ConsumerGroupId"] == "orders-group"
    assert mapping["EventSourceMappingArn"].endswith(f":event-source-mapping:{uuid}")
    in_state(uuid, "Enabled")
    changed = client.update_event_source_mapping(
        UUID=uuid,
        BatchSize=3,
        MaximumBatchingWindowInSeconds=1,
        MaximumRetryAttempts=5,
        MaximumRecordAgeInSeconds=3600,
        BisectBatchOnFunctionError=True,
    )
    assert changed["State"] in ("Updating", "Enabling", "Enabled"), changed["State"]
    mapping = in_state(uuid, "Enabled")
    assert (mapping["BatchSize"], mapping["MaximumBatchingWindowInSeconds"]) == (3, 1)
    assert (mapping["MaximumRetryAttempts"], mapping["MaximumRecordAgeInSeconds"]) == (5, 3600)
    assert mapping["LastModified"].timestamp() > time.time() - 60
    back = {"MaximumBatchingWindowInSeconds": 0, "MaximumRetryAttempts": -1}
    client.update_event_source_mapping(UUID=uuid, BatchSize=100, **back)
    in_state(uuid, "Enabled")
    assert client.update_event_source_mapping(UUID=uuid, Enabled=False)["State"] in ("Disabling", "Disabled")
    in_state(uuid, "Disabled")
    assert client.update_event_source_mapping(UUID=uuid, Enabled=True)["State"] in ("Enabling", "Enabled")
    in_state(uuid, "Enabled")

    update = client.update_event_source_mapping
    bad = {"FilterCriteria": {"Filters": [{"Pattern": "{"}]}}
    refused("InvalidParameterValueException", 400, lambda: update(UUID=uuid, **bad))
    message = refused(
        "InvalidParameterValueException",
        400,
        lambda: update(UUID=uuid, SourceAccessConfigurations=[{"Type": "BASIC_AUTH", "URI": "arn:aws:x"}]),
    )
    assert "SourceAccessConfigurations cannot be set here" in message, message
    assert in_state(uuid, "Enabled")["BatchSize"] == 100, "a refused change changes nothing"
    unknown = "00000000-0000-4000-8000-000000000000"
    for operation in [client.get_event_source_mapping, update, client.delete_event_source_mapping]:
        refused("ResourceNotFoundException", 404, lambda: operation(UUID=unknown))


def created_mapping():
    made = client.create_event_source_mapping(
        FunctionName="doer",
        SelfManagedEventSource={"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": [BROKERS]}},
        SelfManagedKafkaEventSourceConfig={"ConsumerGroupId": "made"},
        Topics=["orders"],
        StartingPosition="TRIM_HORIZON",
        FilterCriteria={"Filters": [{"Pattern": '{"value":{"kind":["card"]}}'}]},
    )
    uuid = made["UUID"]
    assert made["FunctionArn"].endswith(":function:doer") and made["BatchSize"] == 100
    in_state(uuid, "Enabled")
    kinds = ["ReportBatchItemFailures"]
    failed = {"OnFailure": {"Destination": "kafka://failed"}}
    client.update_event_source_mapping(
        UUID=uuid,
        FunctionResponseTypes=kinds,
        DestinationConfig=failed,
        ProvisionedPollerConfig={"MinimumPollers": 1, "MaximumPollers": 2},
    )
    mapping = in_state(uuid, "Enabled")
    assert (mapping["FunctionResponseTypes"], mapping["DestinationConfig"]) == (kinds, failed), mapping
    assert mapping["ProvisionedPollerConfig"] == {"MinimumPollers": 1, "MaximumPollers": 2}
    pages = client.get_paginator("list_event_source_mappings").paginate(PaginationConfig={"PageSize": 1})
    listed = [[mapping["UUID"] for mapping in page["EventSourceMappings"]] for page in pages]
    assert [len(page) for page in listed] == [1, 1] and listed[1] == [uuid], listed
    refused(
        "InvalidParameterValueException",
        400,
        lambda: client.create_event_source_mapping(FunctionName="doer", Topics=["orders"]),
    )
    assert client.delete_event_source_mapping(UUID=uuid)["State"] == "Deleting"
    refused("ResourceNotFoundException", 404, lambda: client.get_event_source_mapping(UUID=uuid))
    refused(
        "ResourceNotFoundException",
        404,
        lambda: client.list_event_source_mappings(FunctionName="nobody"),
    )


def command_line():
    def aws(*words):
        program = os.path.join(os.path.dirname(sys.executable), "aws")
        command = [sys.executable, program, "lambda", *words, "--endpoint-url", ENDPOINT]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.json")
        code, shown, _ = aws("invoke", "--function-name", "doer", "--payload", '{"a":1}', out)
        assert (code, json.loads(shown)["StatusCode"]) == (0, 200), shown
        with open(out) as file:
            assert json.load(file) == {"a": 1}
    code, shown, _ = aws("list-event-source-mappings", "--function-name", "echo")
    [mapping] = json.loads(shown)["EventSourceMappings"]
    uuid = mapping["UUID"]
    code, shown, error = aws("update-event-source-mapping", "--uuid", uuid, "--batch-size", "7")
    assert (code, json.loads(shown)["BatchSize"]) == (0, 7), error
    code, _, error = aws("wait", "function-active-v2", "--function-name", "doer")
    assert code == 0, error
    code, _, error = aws("invoke", "--function-name", "nobody", os.devnull)
    assert code != 0 and "ResourceNotFoundException" in error, error
    in_state(uuid, "Enabled")


for part in [invocations, functions, changed_mapping, created_mapping, command_line]:
    part()
    print(part.__name__, "as on AWS")
