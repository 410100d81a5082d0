#!/bin/bash
# Starts the server in the working folder.  The variables for options of the virtual machine are the official images'; without
# one the heap is half of what those take.
# (Not sh: that one drops variables with a dot in their name, which are settings.)
set -euo pipefail
# The rest is from the servers' own jvm.options.
# shellcheck disable=SC2086 # several options in one variable
exec java -XX:+UseG1GC -XX:G1ReservePercent=25 -XX:InitiatingHeapOccupancyPercent=30 \
    -Dio.netty.noUnsafe=true -Dio.netty.noKeySetOptimization=true -Dio.netty.recycler.maxCapacityPerThread=0 \
    -Dio.netty.allocator.numDirectArenas=0 -Dlog4j2.disable.jmx=true -Dfile.encoding=UTF-8 -XX:+ExitOnOutOfMemoryError \
    ${ES_JAVA_OPTS:-${OPENSEARCH_JAVA_OPTS:--Xms512m -Xmx512m}} -cp 'lib/own:lib/*' Server
