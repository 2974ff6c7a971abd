#!/bin/sh
# All of tests/property/test_pftk.c: 20 seeds of 2000 s for each setting. Six minutes of one core in
# a release build.
IPCSIM_SOAK=1 exec "$IPCSIM_BUILD_DIR/tests/property/test_pftk"
