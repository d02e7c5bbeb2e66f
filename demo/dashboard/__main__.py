"""What a browser's session runs: the dashboard without the checks of a terminal."""

import argparse

from assistant.settings import load
from demo.dashboard.app import Dashboard
from demo.dashboard.ride import Ride

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--scenario")
    parser.add_argument("--theme", default="dark")
    given = parser.parse_args()
    Dashboard(Ride(load(), given.scenario), given.theme).run()
