#!/bin/sh
# How many managers this one sees, again and again; nothing while its own engine is away.
while sleep 0.5; do
    seen=$(docker node ls --format '{{.ManagerStatus}}' 2>/dev/null) || continue
    echo "reachable $(echo "$seen" | grep -cE '^(Leader|Reachable)$')"
done
