"""
Holds what Trimtab exports against the validators of its formats, unmodified and without a network: RO-Crate's context
comes from the copy in PyPI's `rocrate` 0.13.0. Usage: validate.py CRATE STATEMENT CONTEXT; prints JSON.
"""
import io
import json
import sys

import requests.adapters
from google.protobuf import json_format
from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
from in_toto_attestation.v1 import statement, statement_pb2
from urllib3 import HTTPResponse

crate, attestation, context = sys.argv[1:]
context_bytes = open(context, "rb").read()
adapter = requests.adapters.HTTPAdapter()


def send(self, request, **_):
    known = request.url.startswith("https://w3id.org/ro/crate/1.1/context")
    body = context_bytes if known else b""
    raw = HTTPResponse(
        body=io.BytesIO(body),
        headers={"Content-Type": "application/ld+json"},
        status=200 if known else 404,
        preload_content=False,
        request_url=request.url,
    )
    return adapter.build_response(request, raw)


requests.adapters.HTTPAdapter.send = send

from rocrate_validator import services  # noqa: E402
from rocrate_validator.models import Severity  # noqa: E402

found = {}
for profile in ["provenance-run-crate", "workflow-run-crate", "process-run-crate", "workflow-ro-crate", "ro-crate-1.1"]:
    settings = services.ValidationSettings(
        rocrate_uri=crate,
        profile_identifier=profile,
        requirement_severity=Severity.RECOMMENDED,
        no_cache=True,
    )
    result = services.validate(settings)
    found[profile] = sorted(
        {
            f"{issue.severity.name} {issue.check.identifier}: {issue.message} ({getattr(issue, 'violatingEntity', '')})"
            for issue in result.get_issues()
        }
    )

text = open(attestation, encoding="utf-8").read()
parsed = statement_pb2.Statement()
json_format.Parse(text, parsed)
statement.Statement.copy_from_pb(parsed).validate()
predicate = provenance_pb2.Provenance()
# Unknown fields are refused.
json_format.ParseDict(json.loads(text)["predicate"], predicate)
found["in-toto"] = []
print(json.dumps(found, indent=1))
