"""Does with cytaxii2 what a partner would, and prints what it saw as one JSON document."""

import json
import sys

from cytaxii2 import cytaxii2


def answer(asked):
    """The answer of a call that must succeed."""
    if not asked["status"]:
        sys.exit(f"{asked['status_code']}: {asked['response']}")
    return asked["response"]


def main():
    given = json.loads(sys.argv[1])
    client = cytaxii2.cytaxii2(given["server"], given["user"], given["password"], version=2.1)
    collections = answer(client.collection_request())["collections"]
    attacks, inbox = collections[0]["id"], collections[-1]["id"]
    paged, place = [], None
    while True:
        page = answer(client.poll_request(attacks, limit=4, next=place))
        paged += [thing["id"] for thing in page.get("objects", [])]
        if not page["more"]:
            break
        place = page["next"]
    domains = answer(client.poll_request(attacks, object_type="domain-name"))
    one = answer(client.poll_request(attacks, object_id="malware--00000003-6d5b-4a1c-9f3e-5d2c7b8a9e10"))
    pushed = client.inbox_request(inbox, json.dumps({"objects": given["task"]["push"]}))
    status = answer(pushed)
    unknown = client.poll_request("8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f")
    print(json.dumps({
        "root": answer(client.root_discovery())["title"],
        "collections": len(collections),
        "paged": paged,
        "domains": [thing["id"] for thing in domains["objects"]],
        "one": [thing["id"] for thing in one["objects"]],
        "status": [pushed["status_code"], status["total_count"], status["success_count"],
                   status["failure_count"]],
        "unknown": unknown["status_code"],
    }))


main()
