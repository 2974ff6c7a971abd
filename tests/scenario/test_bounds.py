#!/usr/bin/python3
"""What a trace may ask for without end is bounded: processes that a host spawns, and how far back a clocked chain is searched."""
import json
import os
import subprocess
import unittest

IPCSIM = os.environ["IPCSIM"]


def run(trace):
    done = subprocess.run([IPCSIM, "run", "--format", "json", "-"], input=json.dumps(trace), capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout)


class Bounds(unittest.TestCase):
    def test_a_host_that_spawns_for_ever_is_refused_another_process(self):
        spawn = {"do": "spawn", "name": "child", "operations": []}
        status, result = run({
            "ipcsim": 1, "title": "spawns", "hosts": {"a": {}},
            "processes": [{"name": "p", "host": "a", "operations": [
                {"do": "repeat", "times": 99999, "operations": [dict(spawn, expect=0)]},
                dict(spawn, expect="EAGAIN")]}],
            "expect": [{"process": "p", "metric": "operations-failed", "equals": 0}]})
        self.assertEqual(status, 0)
        self.assertTrue(result["expectations"][0]["ok"])

    def test_a_clocked_chain_that_hardly_ever_moves_does_not_stop_the_run(self):
        status, result = run({
            "ipcsim": 1, "title": "chain",
            "hosts": {"a": {"address": "10.0.0.1"}, "b": {"address": "10.0.0.2"}},
            "links": [{"name": "wire", "ends": ["a", "b"], "faults": [
                {"kind": "gilbert-elliott", "p": 1e-18, "r": 1e-18, "clock": "1ns", "direction": "a->b"},
                {"kind": "loss-4state", "p13": 1e-18, "p31": 1e-18, "clock": "1ns", "direction": "a->b"}]}],
            "processes": [
                {"name": "sink", "host": "b", "program": "udp-sink"},
                {"name": "source", "host": "a", "program": "udp-sender", "to": "b:9", "messages": 2, "interval": "1h"}],
            "stop": "2h"})
        self.assertEqual(status, 0)
        self.assertEqual(result["flows"][0]["sent"], 2)


if __name__ == "__main__":
    unittest.main()
