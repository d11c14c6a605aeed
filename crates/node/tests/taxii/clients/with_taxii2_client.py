"""Does with taxii2-client what a partner would, and prints what it saw as one JSON document."""

import json
import sys

import requests
from taxii2client.v21 import Server, as_pages


def status_of(call):
    """The HTTP status with which a call fails."""
    try:
        call()
    except requests.exceptions.HTTPError as error:
        return error.response.status_code
    return None


def main():
    given = json.loads(sys.argv[1])
    task, verify = given["task"], given["certificate"]
    server = Server(given["server"], user=given["user"], password=given["password"], verify=verify)
    collections = server.default.collections
    attacks, inbox = collections[0], collections[-1]
    pages = list(as_pages(attacks.get_objects, per_request=4))
    manifest = attacks.get_manifest()
    newest = max(record["date_added"] for record in manifest["objects"])
    versioned = task["versioned"]
    status = inbox.add_objects({"objects": task["push"]}, timeout=30)
    again = Server(given["server"], user=given["user"], password="wrong", verify=verify)
    print(json.dumps({
        "collections": [[one.alias.split(".")[1], one.can_read, one.can_write] for one in collections],
        "paged": [thing["id"] for page in pages for thing in page.get("objects", [])],
        "manifest": len(manifest["objects"]),
        "domains": [thing["id"] for thing in attacks.get_objects(type="domain-name")["objects"]],
        "since": len(attacks.get_objects(added_after=newest).get("objects", [])),
        "versions": attacks.object_versions(versioned)["versions"],
        "of_all_versions": len(attacks.get_object(versioned, version="all")["objects"]),
        "missing": status_of(lambda: attacks.get_object("malware--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f")),
        "deleted": status_of(lambda: attacks._conn.session.delete(
            attacks.objects_url + versioned + "/",
            headers={"Accept": "application/taxii+json;version=2.1"}).raise_for_status()),
        "wrong_password": status_of(lambda: again.title),
        "status": [status.status, status.total_count, status.success_count, status.failure_count,
                   status.pending_count],
    }))


main()
