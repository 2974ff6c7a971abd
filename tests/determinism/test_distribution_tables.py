"""The committed tables are, bit for bit, what their generator computes."""

import os
import subprocess
import sys

root = os.environ["IPCSIM_SOURCE_DIR"]
script = os.path.join(root, "scripts", "make-distribution-tables")
sys.exit(subprocess.run([sys.executable, "-B", script, "--check"]).returncode)
