#!/bin/sh
# A service on a worker, with a secret and a config.
set -eu
echo 'the secret' | docker secret create word -
echo 'the config' | docker config create note -
docker service create --quiet --detach=false --name web --constraint node.role==worker --no-resolve-image \
    --secret word --config source=note,target=/note --endpoint-mode dnsrr probe:1 \
    /bin/busybox httpd -f -p 80 -h /
