"""Takes orders. One without a positive amount fails alone, the others of its batch are done."""
import base64
import json


def handler(event, context):
    failures = []
    for partition, records in event["records"].items():
        for record in records:
            try:
                take(json.loads(base64.b64decode(record["value"])))
            except (KeyError, ValueError) as error:
                print(f"{partition} offset {record['offset']}: {error!r}")
                failures.append({"itemIdentifier": {"partition": partition, "offset": record["offset"]}})
    return {"batchItemFailures": failures}


def take(order):
    if order["amount"] <= 0:
        raise ValueError("an order has a positive amount")
    print(f"took order {order['id']}")
