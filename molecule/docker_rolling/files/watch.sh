#!/bin/sh
# How many managers this one sees, and when it did; nothing while its own engine is away or the swarm has no leader.
while sleep 0.5; do
    seen=$(docker node ls --format '{{.ManagerStatus}}' 2>/dev/null) || continue
    echo "$(date +%s.%N) $(echo "$seen" | grep -cE '^(Leader|Reachable)$')"
done
