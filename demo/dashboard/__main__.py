"""What a browser's session runs: the dashboard without the checks of a terminal."""

import argparse

from demo.dashboard.app import Dashboard
from demo.dashboard.ride import Ride, settings_for

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--scenario")
    parser.add_argument("--vehicle")
    parser.add_argument("--theme", default="dark")
    given = parser.parse_args()
    Dashboard(Ride(settings_for(given.vehicle), given.scenario), given.theme).run()
