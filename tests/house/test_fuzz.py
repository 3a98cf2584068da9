"""Every fuzz target's corpus is replayed; every target has one and stands in the list."""
import glob
import os
import subprocess
import unittest

from support import BUILD, ROOT


class Corpora(unittest.TestCase):
    def test_replay(self):
        targets = sorted(os.path.basename(path)[:-2] for path in glob.glob(os.path.join(ROOT, "fuzz/*.c"))
                         if os.path.basename(path) not in ("replay.c", "cataloger.c"))
        self.assertGreater(len(targets), 4)
        for target in targets:
            with self.subTest(target=target):
                files = sorted(glob.glob(os.path.join(ROOT, "fuzz/corpus", target, "*")))
                self.assertTrue(files, f"fuzz/corpus/{target} is empty")
                done = subprocess.run([os.path.join(BUILD, "fuzz", "replay-" + target), *files],
                                      capture_output=True, text=True, timeout=300, check=False, errors="replace")
                self.assertEqual(done.returncode, 0, done.stderr[-3000:])
                self.assertIn(f"{len(files)} replayed", done.stdout)


if __name__ == "__main__":
    unittest.main()
