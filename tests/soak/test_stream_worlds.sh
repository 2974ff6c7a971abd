#!/bin/sh
# 10,000 scenarios of tests/property/test_stream_worlds.c. Half a minute of one core in a release
# build.
IPCSIM_SOAK=10 exec "$IPCSIM_BUILD_DIR/tests/property/test_stream_worlds"
