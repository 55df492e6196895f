"""Google's Compute Engine API, simulated on one machine.

What it answers and what it accepts is checked against Google's own description of the API, the
discovery document that the package google-api-python-client carries. Run it with
`python -m sandbox.compute_api serve --help`; drive it from Python with `Simulator` in `process.py`.

    description.py  schemas.py   the API as Google describes it: routes, parameters, bodies
    app.py  calls.py             one request: route, authenticate, validate, fault, handle, mask, encode
    store.py                     all state, in one SQLite file
    resources/                   what each collection does (instances, disks, networks, ...)
    operations.py                long-running operations, resumed after a restart
    backend.py                   what stands behind an instance: a record, or a machine
    quotas.py                    how many requests a project may make in a while
    faults.py                    latency, errors, dropped connections, unreachable zones, ... on demand
    tokens.py  metadata.py       the OAuth, STS and IAM endpoints and the metadata server
    tunnel.py  certificates.py   so that clients with fixed host names reach it through HTTPS_PROXY
"""
