"""Prints what came back."""
import base64
import json


def handler(event, context):
    for records in event["records"].values():
        for record in records:
            item = json.loads(base64.b64decode(record["value"]))
            print(f"return {item['id']}: {item['reason']}")
