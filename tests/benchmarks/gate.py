"""How fast the gate is: ``python -m tests.benchmarks.gate`` prints it, and exits with 1 above a target.

``decide`` is timed alone, over the whole enumeration of policies/matrix.py; targets are the issue's.
"""

import statistics
import sys
from time import perf_counter_ns

from policies.catalogue import Catalogue
from policies.command import Command
from policies.gate import Gate
from policies.matrix import Sight, cases
from policies.permit import Signer, Verifier
from policies.rules import RuleTable

DECIDE_P99 = 200.0  # µs
SIGN_AND_VERIFY = 300.0  # µs, p50
PERMITS = 2000


def decide() -> list[float]:
    """µs of each decision."""
    gate = Gate(RuleTable.load(), Catalogue.load(), "car")
    took = []
    for case in cases(gate.rules, sights=Sight):
        began = perf_counter_ns()
        case.decide(gate)
        took.append((perf_counter_ns() - began) / 1000)
    return took


def sign_and_verify() -> list[float]:
    """µs of each permit, signed and redeemed."""
    signer = Signer.fresh()
    verifier = Verifier(signer.public_key, "car", 0.0)
    commands = [Command("Vehicle.Powertrain.Transmission.PerformanceMode", "SPORT")]
    took = []
    for number in range(PERMITS):
        began = perf_counter_ns()
        verifier.redeem(signer.sign("car", commands, float(number)), float(number))
        took.append((perf_counter_ns() - began) / 1000)
    return took


def main() -> int:
    """Exit status: 0 when all targets are met."""
    met = True
    for name, took, quantile, target in (
        ("decide", decide(), 99, DECIDE_P99),
        ("sign and verify", sign_and_verify(), 50, SIGN_AND_VERIFY),
    ):
        cuts = statistics.quantiles(took, n=100)
        good = cuts[quantile - 1] < target
        met = met and good
        print(
            f"{name}: {len(took)} times, p50 {cuts[49]:.1f} µs, p99 {cuts[98]:.1f} µs "
            f"(p{quantile} under {target:.0f} µs: {'yes' if good else 'no'})"
        )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
