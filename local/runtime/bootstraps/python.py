"""Serves a Python handler on the Lambda Runtime API: `python3 -c <this>`.

AWS's own client (`pip install awslambdaric`) is used where it is installed; else this small one.
"""
import importlib
import importlib.util
import json
import os
import runpy
import sys
import time
import traceback
from http.client import HTTPConnection

PREFIX = "/2018-06-01/runtime/"
handler_name = os.environ["_HANDLER"]
# With `-c` the first entry is the working directory by name; a reload must find it again.
sys.path.insert(0, os.environ.get("LAMBDA_TASK_ROOT", os.getcwd()))

if importlib.util.find_spec("awslambdaric"):
    sys.argv = ["awslambdaric", handler_name]
    runpy.run_module("awslambdaric", run_name="__main__")
    sys.exit()

connection = HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])


def send(method, operation, body=None, headers=None):
    connection.request(method, PREFIX + operation, body, headers or {})
    answer = connection.getresponse()
    return answer.headers, answer.read()


def described(error, kind=None):
    return json.dumps({
        "errorMessage": str(error),
        "errorType": kind or type(error).__name__,
        "stackTrace": traceback.format_tb(error.__traceback__),
    })


def load():
    module, _, name = handler_name.replace("/", ".").rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, SyntaxError, AttributeError) as error:
        kinds = {SyntaxError: "Runtime.UserCodeSyntaxError", AttributeError: "Runtime.HandlerNotFound"}
        kind = kinds.get(type(error), "Runtime.ImportModuleError")
        send("POST", "init/error", described(error, kind), {"Lambda-Runtime-Function-Error-Type": kind})
        sys.exit(1)


class Context:
    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))


handler = load()
while True:
    headers, event = send("GET", "invocation/next")
    context = Context(headers)
    os.environ["_X_AMZN_TRACE_ID"] = headers.get("Lambda-Runtime-Trace-Id", "")
    invocation = f"invocation/{context.aws_request_id}/"
    try:
        answer = "response", json.dumps(handler(json.loads(event), context))
    except Exception as error:  # whatever the handler raises is its answer
        traceback.print_exc()
        answer = "error", described(error)
    sys.stdout.flush()
    send("POST", invocation + answer[0], answer[1])
